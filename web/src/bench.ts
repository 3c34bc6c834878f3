import './elements/gan-bench.ts';
