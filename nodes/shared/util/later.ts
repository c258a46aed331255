/** Does something after so many milliseconds. n8n need not stay alive for it. */
export const later = (ms: number, what: () => void): void =>
	AbortSignal.timeout(Math.max(0, ms)).addEventListener('abort', what);
