/** Locks the SQLite database of an n8n against writing, as a backup or a slow disk does. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { RunningN8n } from './n8n.cts';

/** The program that holds the lock. Its argument is the database file; it says "locked", and ends with its standard input. */
const SCRIPT = `
const { Database } = require('sqlite3');
const db = new Database(process.argv[1]);
db.configure('busyTimeout', 30000);
db.exec('BEGIN IMMEDIATE', (error) => {
	if (error) { console.error(error.message); process.exit(1); }
	process.stdout.write('locked');
});
process.stdin.resume().once('end', () => process.exit(0));
`;

/** Resolves once it is locked, to the function that unlocks it. */
export async function lockDatabase({
	install,
	userFolder,
}: RunningN8n): Promise<() => Promise<void>> {
	const file = join(userFolder, '.n8n', 'database.sqlite');
	const child = spawn(install.nodeBin, ['-e', SCRIPT, file], {
		cwd: install.dir,
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
	await new Promise<void>((resolve, reject) => {
		child.stdout.once('data', () => resolve());
		child.once('close', () => reject(new Error('The database could not be locked')));
	});
	return async () => {
		child.stdin.end();
		await closed;
	};
}
