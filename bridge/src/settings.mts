/** What the bridge is told by its environment and the files named there. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { checkKeys } from './keys.mts';
import { checkLibrary, missing, stampOfLibrary } from './library.mts';
import { notConfigured } from './problems.mts';

/** What the process needs to answer at all. Wrong ones end it with a sentence that says why. */
export interface Settings {
	host: string;
	port: number;
	token: string;
	/** Between two questions to WeCom while somebody waits for a message. */
	pollMs: number;
	/** After this long without an end, a call of the library counts as hanging. */
	watchdogMs: number;
}

/** What a worker needs to read the archive. It is read anew before every call, so nothing but the process's own settings needs a restart. */
export interface Configuration {
	corpId: string;
	secret: string;
	keysDir: string;
	sdkPath: string;
	proxy: string;
	/** `user:password` */
	proxyPassword: string;
}

/** Says which setting keeps the bridge from starting. */
export class SettingError extends Error {}

const MIN_TOKEN = 32;

type Environment = Record<string, string | undefined>;

export function readSettings(env: Environment): Settings {
	return {
		host: env.HOST || '127.0.0.1',
		port: wholeNumber(env, 'PORT', { otherwise: 8080, min: 0, max: 65535 }),
		token: readToken(env.BRIDGE_TOKEN_FILE),
		pollMs: wholeNumber(env, 'POLL_SECONDS', { otherwise: 15, min: 1, max: 3600 }) * 1000,
		watchdogMs: wholeNumber(env, 'WATCHDOG_SECONDS', { otherwise: 30, min: 1, max: 600 }) * 1000,
	};
}

function wholeNumber(
	env: Environment,
	name: string,
	{ otherwise, min, max }: { otherwise: number; min: number; max: number },
): number {
	const given = env[name];
	if (!given) return otherwise;
	const value = Number(given);
	if (!Number.isInteger(value) || value < min || value > max)
		throw new SettingError(
			`${name} is "${given}". Set it to a whole number from ${min} to ${max}.`,
		);
	return value;
}

function readToken(file: string | undefined): string {
	if (!file)
		throw new SettingError(
			'BRIDGE_TOKEN_FILE is not set. Make a token with "openssl rand -hex 32 > bridge_token" and let BRIDGE_TOKEN_FILE name the file. The same token goes into the credential in n8n.',
		);
	let token: string;
	try {
		token = readFileSync(file, 'utf8').trim();
	} catch (error) {
		throw new SettingError(
			`The file of BRIDGE_TOKEN_FILE cannot be read (${(error as NodeJS.ErrnoException).code}). Check the path and let the user of the bridge read it.`,
		);
	}
	if (token.length < MIN_TOKEN)
		throw new SettingError(
			`The token in BRIDGE_TOKEN_FILE has ${token.length} characters and needs at least ${MIN_TOKEN}. Make one with "openssl rand -hex 32".`,
		);
	if (!/^[\x21-\x7e]+$/.test(token))
		throw new SettingError(
			'The token in BRIDGE_TOKEN_FILE holds spaces or characters that no HTTP header can carry. Make one with "openssl rand -hex 32".',
		);
	return token;
}

/** Everything a worker needs, checked; else a problem that says what is missing. */
export function readConfiguration(env: Environment): Configuration {
	const corpId = (env.CORP_ID ?? '').trim();
	if (!corpId)
		throw notConfigured(
			'CORP_ID is not set.',
			'Set it to the corp ID from My Company > Company Information in the console of WeCom.',
		);
	const secret = readSecret(env.ARCHIVE_SECRET_FILE);
	if (!env.KEYS_DIR)
		throw notConfigured(
			'KEYS_DIR is not set.',
			'Let it name the folder with the private keys, each named after its version, e.g. 1.pem.',
		);
	checkKeys(env.KEYS_DIR);
	const proxy = readProxy(env.PROXY);
	if (!env.SDK_PATH) throw missing('SDK_PATH is not set.');
	checkLibrary(env.SDK_PATH);
	return { corpId, secret, keysDir: env.KEYS_DIR, sdkPath: env.SDK_PATH, ...proxy };
}

function readSecret(file: string | undefined): string {
	if (!file)
		throw notConfigured(
			'ARCHIVE_SECRET_FILE is not set.',
			'Let it name a file with the secret that the console shows under Chat Archive (会话内容存档).',
		);
	let secret: string;
	try {
		secret = readFileSync(file, 'utf8').trim();
	} catch (error) {
		throw notConfigured(
			`The file of ARCHIVE_SECRET_FILE cannot be read (${(error as NodeJS.ErrnoException).code}).`,
			'Check the path and let the user of the bridge read it.',
		);
	}
	if (!secret)
		throw notConfigured(
			'The file of ARCHIVE_SECRET_FILE is empty.',
			'Put the secret there that the console shows under Chat Archive (会话内容存档).',
		);
	return secret;
}

function readProxy(given: string | undefined): Pick<Configuration, 'proxy' | 'proxyPassword'> {
	if (!given) return { proxy: '', proxyPassword: '' };
	let url: URL;
	try {
		url = new URL(given);
	} catch {
		throw wrongProxy();
	}
	if (!['http:', 'socks5:'].includes(url.protocol) || !url.hostname) throw wrongProxy();
	const password = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
	// The port has to be written out: the library does not take that of the scheme.
	const proxy = given
		.trim()
		.replace(/\/\/[^/@]*@/, '//')
		.replace(/\/$/, '');
	return { proxy, proxyPassword: password === ':' ? '' : password };
}

const wrongProxy = () =>
	notConfigured(
		'PROXY is not an address that the library understands.',
		'Write it as http://host:port or socks5://host:port, with user:password@ before the host if the proxy asks for them.',
	);

/**
 * A text that changes when anything does that a worker was started with: then it is started anew. The keys are not in it, since a
 * worker reads them by itself.
 */
export function stampOf(configuration: Configuration): string {
	const { keysDir, ...rest } = configuration;
	return createHash('sha256')
		.update(JSON.stringify({ ...rest, keysDir, library: stampOfLibrary(configuration.sdkPath) }))
		.digest('hex');
}
