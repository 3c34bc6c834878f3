import './elements/gan-bench.ts';
import { msg } from './words/locale.ts';

document.title = msg('Ganlet: how fast is it here?');
