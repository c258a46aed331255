/** A lock between processes: a folder that only one of them can create. A lock whose holder is gone is taken over. */
import {
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { isAlive, say } from './child.cts';
import { sleep } from './wait.cts';

/** Without a sign of life (see `Lock.touch`) for this long a lock counts as abandoned. */
const STALE_MS = 90_000;

export interface Lock {
	/** A sign of life; call it at least every minute while the lock is held. */
	touch(): void;
	release(): void;
}

function create(path: string): boolean {
	try {
		mkdirSync(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
		throw error;
	}
	writeFileSync(join(path, 'holder'), `${process.pid} ${hostname()}`);
	return true;
}

/** True when the holder died or has not shown a sign of life for a long time. */
function isStale(path: string): boolean {
	try {
		if (Date.now() - statSync(path).mtimeMs > STALE_MS) return true;
		const [pid, host] = readFileSync(join(path, 'holder'), 'utf8').split(' ');
		return host === hostname() && !isAlive(Number(pid));
	} catch {
		return false; // It was released a moment ago, or is just being made.
	}
}

/** Moves a stale lock away in one step, so that of several waiting processes exactly one removes it. */
function removeStale(path: string): void {
	const away = `${path}.${process.pid}.stale`;
	try {
		renameSync(path, away);
		rmSync(away, { recursive: true, force: true });
	} catch {
		// Another process was faster.
	}
}

/** Waits for the lock, saying so every 15 s. */
export async function acquireLock(
	path: string,
	what: string,
	timeoutMs = 30 * 60_000,
): Promise<Lock> {
	mkdirSync(dirname(path), { recursive: true });
	const started = Date.now();
	let said = 0;
	while (!create(path)) {
		if (isStale(path)) {
			removeStale(path);
			continue;
		}
		if (Date.now() - started > timeoutMs)
			throw new Error(
				`Waited too long for another process: ${what}. If none is running, remove ${path}`,
			);
		if (Date.now() - said >= 15_000) {
			said = Date.now();
			say(`Waiting for another process: ${what} ...`);
		}
		await sleep(250);
	}
	return {
		touch: () => utimesSync(path, new Date(), new Date()),
		release: () => rmSync(path, { recursive: true, force: true }),
	};
}
