const PATH = /^\/(?!\/)[\w\-.~%!$&'()*+,;=:@/]*$/;
const HIDDEN_DOTS = /(^|\/)(\.|%2e){2}(\/|$)/i;

/** Whether it is a path and nothing else: no host, no query, no step upwards, nothing encoded that a server would read as one. */
export const isApiPath = (path: string): boolean =>
	PATH.test(path) && !HIDDEN_DOTS.test(path) && !/%(2f|5c|00)/i.test(path);
