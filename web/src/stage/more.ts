/** What the first picture does without: loaded when a layer, or a game along a line, asks for it. */
export { drawLine } from './line.ts';
export { distanceToOptimal, optimalIn } from './optimal.ts';
export { densityGround, drawPlayers } from './plane-more.ts';
export { imagesForD, imagesForG } from './players.ts';
