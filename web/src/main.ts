import './elements/gan-playground.ts';
