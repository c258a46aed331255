/** Does something after so many milliseconds, without keeping the process alive for it. */
export const later = (ms: number, what: () => void): void =>
	AbortSignal.timeout(Math.max(0, ms)).addEventListener('abort', what);
