export const PLAYGROUND = "";
