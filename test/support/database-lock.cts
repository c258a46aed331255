/** Locks n8n's SQLite database, as a backup or a slow disk does. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { N8n } from './n8n.cts';

const PROGRAM = `
const { DatabaseSync } = require('node:sqlite');
const database = new DatabaseSync(process.argv[1]);
database.exec('PRAGMA busy_timeout = 30000');
database.exec('BEGIN EXCLUSIVE');
process.stdout.write('locked');
process.stdin.resume();
process.stdin.on('end', () => process.exit());
`;

/** Resolves once nobody else can write; the result unlocks. The lock also ends with this process. */
export async function lockDatabase(n8n: N8n): Promise<() => Promise<void>> {
	const path = join(n8n.userFolder, '.n8n', 'database.sqlite');
	const child = spawn(n8n.install.nodeBin, ['-e', PROGRAM, path], {
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	await new Promise<void>((resolve, reject) => {
		child.stdout.once('data', () => resolve());
		void ended.then(() => reject(new Error('The database could not be locked')));
	});
	return async () => {
		child.stdin.end();
		await ended;
	};
}
