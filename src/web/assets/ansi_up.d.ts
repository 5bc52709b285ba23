// Browsers get the module of this name from the package; see ../assets.ts.
export { AnsiUp } from 'ansi_up';
