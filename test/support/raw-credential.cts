/** Reads a credential straight from n8n's database and decrypts it, with n8n's own modules and Node.js in a child process. */
import { join } from 'node:path';
import { run } from './child.cts';
import type { N8n } from './n8n.cts';

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

/** Arguments: n8n's folder, the database file, the credential's id. Prints the row as JSON. */
const SCRIPT = `
const [folder, file, id] = process.argv.slice(1);
const load = require('node:module').createRequire(folder + '/package.json');
load('reflect-metadata');
const { Cipher } = load('n8n-core');
const { Container } = load('@n8n/di');
const sqlite = load('sqlite3');
const db = new sqlite.Database(file, sqlite.OPEN_READONLY);
const get = (sql, value) => new Promise((resolve, reject) => db.get(sql, value, (error, row) => (error ? reject(error) : resolve(row))));
(async () => {
	const row = await get('select id, name, type, updatedAt, data as encrypted from credentials_entity where id = ?', id);
	if (!row) throw new Error('n8n has no credential ' + id);
	const cipher = Container.get(Cipher);
	const colon = row.encrypted.indexOf(':');
	let plain;
	if (colon < 0) plain = (cipher.decryptWithInstanceKey ?? cipher.decrypt).call(cipher, row.encrypted); // the older name
	else {
		const key = await get('select * from deployment_key where id = ?', row.encrypted.slice(0, colon));
		plain = cipher.decryptWithKey(row.encrypted.slice(colon + 1), cipher.decryptDEKWithInstanceKey(key.value), key.algorithm);
	}
	process.stdout.write(JSON.stringify({ ...row, data: JSON.parse(plain) }));
})().catch((error) => { console.error(error.message); process.exitCode = 1; }).finally(() => db.close());
`;

export async function readCredentialRow(n8n: N8n, id: string): Promise<RawCredential> {
	const { dir, nodeBin } = n8n.install;
	const database = join(n8n.userFolder, '.n8n', 'database.sqlite');
	const env = {
		...process.env,
		N8N_USER_FOLDER: n8n.userFolder,
		N8N_ENCRYPTION_KEY: n8n.encryptionKey,
	};
	const { stdout } = await run(nodeBin, ['-e', SCRIPT, '--', dir, database, id], {
		env,
		timeout: 30_000,
	});
	return JSON.parse(stdout.slice(stdout.indexOf('{"id"'))) as RawCredential; // older n8n prints a line before it
}
