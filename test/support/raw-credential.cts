/** Reads a credential straight from n8n's database and decrypts it, with n8n's own modules and Node.js in a child process. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RunningN8n } from './n8n.cts';

export interface RawCredential {
	id: string;
	name: string;
	type: string;
	updatedAt: string;
	/** As stored. */
	encrypted: string;
	/** Decrypted. */
	data: Record<string, unknown>;
}

/**
 * Arguments: n8n's folder and the database file. Answers every line, a credential's id, with a line: the row as JSON,
 * or what is wrong. The database is opened anew each time, so that nothing of an earlier reading is seen.
 */
const PROGRAM = `
const [folder, file] = process.argv.slice(1);
const load = require('node:module').createRequire(folder + '/package.json');
load('reflect-metadata');
const { Cipher } = load('n8n-core');
const { Container } = load('@n8n/di');
const sqlite = load('sqlite3');
const cipher = Container.get(Cipher);
async function read(db, id) {
	const get = (sql, value) => new Promise((resolve, reject) => db.get(sql, value, (error, row) => (error ? reject(error) : resolve(row))));
	const row = await get('select id, name, type, updatedAt, data as encrypted from credentials_entity where id = ?', id);
	if (!row) throw new Error('n8n has no credential ' + id);
	const colon = row.encrypted.indexOf(':');
	if (colon < 0) {
		const decrypt = cipher.decryptWithInstanceKey ?? cipher.decrypt; // Older n8n calls it so.
		return { ...row, data: JSON.parse(decrypt.call(cipher, row.encrypted)) };
	}
	const key = await get('select * from deployment_key where id = ?', row.encrypted.slice(0, colon));
	const plain = cipher.decryptWithKey(row.encrypted.slice(colon + 1), cipher.decryptDEKWithInstanceKey(key.value), key.algorithm);
	return { ...row, data: JSON.parse(plain) };
}
async function answer(id) {
	const db = new sqlite.Database(file, sqlite.OPEN_READONLY);
	const answer = await read(db, id).catch(({ message }) => ({ problem: message }));
	await new Promise((resolve) => db.close(resolve));
	process.stdout.write(JSON.stringify({ answer }) + '\\n');
}
let last = Promise.resolve();
require('node:readline').createInterface({ input: process.stdin }).on('line', (id) => {
	last = last.then(() => answer(id));
});
`;
/** Older n8n prints lines of its own before. */
const ANSWER = '{"answer":';

type Answer = RawCredential | { problem: string };

/** A process that answers one question after the other: loading n8n's modules takes a second, and tests ask again and again. */
class Reader {
	private readonly waiting: Array<{
		resolve: (answer: Answer) => void;
		reject: (error: Error) => void;
	}> = [];

	private readonly child;

	private ended = false;

	constructor(n8n: RunningN8n) {
		const { dir, nodeBin } = n8n.install;
		const database = join(n8n.userFolder, '.n8n', 'database.sqlite');
		this.child = spawn(nodeBin, ['-e', PROGRAM, '--', dir, database], {
			env: {
				...process.env,
				N8N_USER_FOLDER: n8n.userFolder,
				N8N_ENCRYPTION_KEY: n8n.encryptionKey,
			},
			stdio: ['pipe', 'pipe', 'pipe'],
		});
		let complaints = '';
		this.child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
		// Writing fails when the process has ended, which is noticed below.
		this.child.stdin.on('error', () => {});
		createInterface({ input: this.child.stdout }).on('line', (line) => {
			if (!line.startsWith(ANSWER)) return;
			this.waiting.shift()?.resolve((JSON.parse(line) as { answer: Answer }).answer);
		});
		this.child.once('close', () => {
			this.ended = true;
			const error = new Error(`The reader of credentials ended: ${complaints.slice(-2000)}`);
			for (const { reject } of this.waiting.splice(0)) reject(error);
		});
		n8n.atStop(() => this.child.stdin.end());
	}

	async read(id: string): Promise<RawCredential> {
		if (this.ended) throw new Error('The reader of credentials has ended');
		const answer = await new Promise<Answer>((resolve, reject) => {
			this.waiting.push({ resolve, reject });
			this.child.stdin.write(`${id}\n`);
		});
		if ('problem' in answer) throw new Error(answer.problem);
		return answer;
	}
}

const readers = new WeakMap<RunningN8n, Reader>();

export async function readCredentialRow(n8n: RunningN8n, id: string): Promise<RawCredential> {
	const reader = readers.get(n8n) ?? new Reader(n8n);
	readers.set(n8n, reader);
	return await reader.read(id);
}
