/** The company's private keys, and the step that is done with them. */
import { constants, createPrivateKey, privateDecrypt, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { notConfigured } from './problems.mts';

/** The version is the file's name: `3.pem` is the key of version 3. */
const KEY_FILE = /^(\d+)\.pem$/i;

/**
 * All keys of the folder by version. A file that cannot be right is refused as a whole, so that nobody finds out from missing
 * messages. Files that are not named after a version are left alone.
 */
export function readKeys(folder: string): Map<string, KeyObject> {
	const files = filesOf(folder);
	const keys = new Map<string, KeyObject>();
	const names = new Map<string, string>();
	for (const file of files) {
		const digits = KEY_FILE.exec(file)?.[1];
		if (digits === undefined) continue;
		const version = BigInt(digits).toString();
		const twin = names.get(version);
		if (twin !== undefined) {
			throw notConfigured(
				`${twin} and ${file} are both the key of version ${version}.`,
				`Keep the one whose public key the console shows as version ${version}.`,
			);
		}
		names.set(version, file);
		keys.set(version, readKey(join(folder, file), file));
	}
	if (keys.size === 0) {
		const others = files.filter((file) => /\.(pem|key)$/i.test(file));
		throw notConfigured(
			`There is no private key in the folder of KEYS_DIR${others.length > 0 ? `: the name of ${others[0]} is not a version` : ''}.`,
			'Put the private key there, named after the version that the console shows beside its public key, e.g. 1.pem.',
		);
	}
	return keys;
}

function filesOf(folder: string): string[] {
	try {
		return readdirSync(folder).sort();
	} catch (error) {
		throw notConfigured(
			`The folder of KEYS_DIR cannot be read (${codeOf(error)}).`,
			'Let KEYS_DIR name the folder with the private keys, and let the user of the bridge read it.',
		);
	}
}

function readKey(path: string, file: string): KeyObject {
	let pem: string;
	try {
		pem = readFileSync(path, 'utf8');
	} catch (error) {
		throw notConfigured(
			`The key file ${file} cannot be read (${codeOf(error)}).`,
			'Let the user of the bridge read it.',
		);
	}
	if (/ENCRYPTED/.test(pem)) {
		throw notConfigured(
			`The key in ${file} is protected by a passphrase.`,
			'Save it without one: openssl rsa -in protected.pem -out 1.pem',
		);
	}
	if (/BEGIN [A-Z ]*PUBLIC KEY|BEGIN CERTIFICATE/.test(pem) && !/PRIVATE KEY/.test(pem)) {
		throw notConfigured(
			`${file} holds a public key.`,
			'Put the private key of the pair there. The public key belongs into the console.',
		);
	}
	let key: KeyObject;
	try {
		key = createPrivateKey(pem);
	} catch {
		throw notConfigured(
			`${file} holds no private key in PEM format.`,
			'Make a pair with: openssl genrsa -out 1.pem 2048',
		);
	}
	if (key.asymmetricKeyType !== 'rsa') {
		throw notConfigured(
			`The key in ${file} is not an RSA key (${key.asymmetricKeyType}).`,
			'WeCom encrypts with RSA only. Make a pair with: openssl genrsa -out 1.pem 2048',
		);
	}
	const bits = key.asymmetricKeyDetails?.modulusLength;
	if (bits !== 2048) {
		throw notConfigured(
			`The key in ${file} has ${bits} bits.`,
			'WeCom takes RSA keys of 2048 bits only. Make a pair with: openssl genrsa -out 1.pem 2048',
		);
	}
	return key;
}

const codeOf = (error: unknown): string =>
	(error as NodeJS.ErrnoException).code ?? 'unknown reason';

/** A text that changes whenever a file of the folder does. */
export function stampOfKeys(folder: string): string {
	return filesOf(folder)
		.filter((file) => KEY_FILE.test(file))
		.map((file) => {
			const { mtimeMs, size, ino } = statSync(join(folder, file));
			return `${file} ${mtimeMs} ${size} ${ino}`;
		})
		.join('\n');
}

/**
 * The random key of a message: RSA PKCS#1 v1.5, whose padding is checked here. With RSA_PKCS1_PADDING Node 20 refuses
 * (CVE-2023-46809), and newer ones give random bytes for a wrong key instead of an error.
 *
 * @returns undefined when this private key is not the one the message was sealed with
 */
export function openRandomKey(key: KeyObject, sealed: string): string | undefined {
	let block: Buffer;
	try {
		block = privateDecrypt(
			{ key, padding: constants.RSA_NO_PADDING },
			Buffer.from(sealed, 'base64'),
		);
	} catch {
		return undefined;
	}
	const zero = block.indexOf(0, 2);
	if (block[0] !== 0 || block[1] !== 2 || zero < 10) return undefined;
	return block.subarray(zero + 1).toString('latin1');
}

let checked: { stamp: string; versions: string[] } | undefined;

/** The versions in the folder, all of their files checked; read again only when a file changed. */
export function checkKeys(folder: string): string[] {
	const stamp = `${folder}\n${stampOfKeys(folder)}`;
	if (checked?.stamp !== stamp || checked.versions.length === 0)
		checked = { stamp, versions: [...readKeys(folder).keys()] };
	return checked.versions;
}
