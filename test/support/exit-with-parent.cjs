/**
 * Preloaded into n8n (`node --require`): file descriptor 3 is a pipe from the process that started it. When that process is gone,
 * however it ended, the pipe closes and n8n is shut down, so no n8n outlives its tests. A thread of its own watches the pipe:
 * it works even when n8n hangs.
 */
const { Socket } = require('node:net');
const { isMainThread, Worker } = require('node:worker_threads');

if (isMainThread) {
	new Worker(__filename, { execArgv: [] }).unref();
} else {
	const pipe = new Socket({ fd: 3 });
	pipe.on('error', () => {});
	pipe.on('close', () => {
		process.kill(process.pid, 'SIGTERM');
		setTimeout(() => process.kill(process.pid, 'SIGKILL'), 10_000);
	});
	pipe.resume();
}
