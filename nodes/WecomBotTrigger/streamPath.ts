/** The end of the URL at which the trigger calls itself. */
export const STREAM_PATH = 'stream';
