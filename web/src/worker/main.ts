/** The worker's entry: the library is a file of its own, which the page says where to find. */
import type { Library } from '../library.ts';
import { serve } from './serve.ts';

serve((url) => import(/* @vite-ignore */ url) as Promise<Library>);
