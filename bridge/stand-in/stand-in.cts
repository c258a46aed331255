/**
 * The stand-in for WeCom's library (`sdk.c`), and the folder it plays: keys, messages, files, accidents. For tests, benchmarks and
 * the demo.
 */
import { execFileSync } from 'node:child_process';
import {
	constants,
	createHash,
	createPublicKey,
	generateKeyPairSync,
	publicEncrypt,
	randomBytes,
} from 'node:crypto';
import {
	accessSync,
	appendFileSync,
	existsSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
	constants as modes,
} from 'node:fs';
import { delimiter, join } from 'node:path';

const SOURCE = join(__dirname, 'sdk.c');
const CACHE = join(__dirname, '..', '..', '.cache', 'stand-in');

/** Where a C compiler is, if there is one on the PATH. */
export function findCompiler(): string | undefined {
	const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
	return ['gcc', 'cc', 'clang']
		.flatMap((name) => folders.map((folder) => join(folder, name)))
		.find(isExecutable);
}

function isExecutable(path: string): boolean {
	try {
		accessSync(path, modes.X_OK);
		return true;
	} catch {
		return false;
	}
}

/** Compiles the stand-in once per version of its source. @returns the path of the library */
export function compileStandIn(): string {
	const compiler = findCompiler();
	if (!compiler) throw new Error('No C compiler: install gcc.');
	const hash = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 16);
	const library = join(CACHE, hash, 'libWeWorkFinanceSdk_C.so');
	if (existsSync(library)) return library;
	mkdirSync(join(CACHE, hash), { recursive: true });
	const made = `${library}.${process.pid}`;
	execFileSync(compiler, [
		'-shared',
		'-fPIC',
		'-O2',
		'-Wall',
		'-Wextra',
		'-Werror',
		'-o',
		made,
		SOURCE,
		'-lpthread',
	]);
	renameSync(made, library);
	return library;
}

export interface ArchivedMessage {
	/** The seq; if it is not given, one more than the last. */
	seq?: bigint;
	/** The msgid; if it is not given, that of the content. */
	msgid?: string;
	/** The plaintext, as JSON or as the text it is. */
	content: unknown;
	/** The version of the key it is sealed with; the newest if it is not given. */
	version?: number;
	/** The version that the message names, if that is another one. */
	claims?: number;
}

/** The folder that the stand-in plays, with the bridge's keys in `keys/`. */
export class ArchiveStore {
	readonly keysDir: string;
	private readonly publicKeys = new Map<number, string>();
	private seq = 0n;

	constructor(readonly folder: string) {
		this.keysDir = join(folder, 'keys');
		mkdirSync(this.keysDir, { recursive: true });
		mkdirSync(join(folder, 'media'), { recursive: true });
		writeFileSync(join(folder, 'chat'), '');
	}

	/** Adds a pair of keys. The private one goes to `keys/<version>.pem`, unless it is held back. @returns the private key */
	addKey(version: number, { heldBack = false } = {}): string {
		const { publicKey, privateKey } = keyPair(version);
		this.publicKeys.set(version, publicKey);
		if (!heldBack) this.writeKey(version, privateKey);
		return privateKey;
	}

	writeKey(version: number | string, pem: string): void {
		const path = join(this.keysDir, `${version}.pem`);
		writeFileSync(`${path}.new`, pem, { mode: 0o600 });
		renameSync(`${path}.new`, path);
	}

	/** Puts messages at the end of the archive. @returns their seqs */
	add(...messages: ArchivedMessage[]): string[] {
		const seqs: string[] = [];
		const lines = messages.map((message) => {
			this.seq = message.seq ?? this.seq + 1n;
			seqs.push(String(this.seq));
			return this.line(this.seq, message);
		});
		appendFileSync(join(this.folder, 'chat'), lines.join(''));
		return seqs;
	}

	/** Puts many messages at the end of the archive; `sealed` of them are encrypted each by itself, then they repeat under new seqs. */
	fill(count: number, contents: string[], sealed = 500): void {
		const versions = [...this.publicKeys.keys()];
		const ready = Array.from({ length: Math.min(sealed, count) }, (_, i) => {
			const version = versions[Math.floor((i / sealed) * versions.length)];
			return this.line(0n, { content: contents[i % contents.length], version }).slice(
				'0\t{"seq":0'.length,
			);
		});
		const lines: string[] = [];
		for (let i = 0; i < count; i++) {
			this.seq += 1n;
			lines.push(`${this.seq}\t{"seq":${this.seq}${ready[i % ready.length]}`);
		}
		appendFileSync(join(this.folder, 'chat'), lines.join(''));
	}

	/** Puts a file there. @returns its MD5 */
	addFile(sdkfileid: string, content: Buffer): string {
		writeFileSync(join(this.folder, 'media', sdkfileid), content);
		return createHash('md5').update(content).digest('hex');
	}

	/** Sets accidents of the next calls, as `sdk.c` describes them. Without any, those that are left are dropped. */
	script(...lines: string[]): void {
		const path = join(this.folder, 'script');
		if (lines.length === 0) return rmSync(path, { force: true });
		writeFileSync(`${path}.new`, lines.map((line) => `${line}\n`).join(''));
		renameSync(`${path}.new`, path);
	}

	/** What every process that used the library left behind when it ended. */
	counts(): Array<{
		handles: number;
		slices: number;
		media: number;
		races: number;
		calls: number;
	}> {
		const path = join(this.folder, 'counts');
		if (!existsSync(path)) return [];
		return readFileSync(path, 'utf8')
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line));
	}

	private line(seq: bigint, { msgid, content, version, claims }: ArchivedMessage): string {
		const own = version ?? Math.max(...this.publicKeys.keys());
		const publicKey = this.publicKeys.get(own);
		if (!publicKey) throw new Error(`There is no key of version ${own}.`);
		const plain = typeof content === 'string' ? content : JSON.stringify(content);
		const random = randomBytes(24).toString('base64');
		const key = { key: createPublicKey(publicKey), padding: constants.RSA_PKCS1_PADDING };
		const sealed = publicEncrypt(key, Buffer.from(random)).toString('base64');
		const body = plain === 'CRASH' ? plain : seal(random, plain);
		return `${seq}\t{"seq":${seq},"msgid":${JSON.stringify(msgid ?? ownMsgid(plain) ?? `m${seq}`)},"publickey_ver":${claims ?? own},"encrypt_random_key":"${sealed}","encrypt_chat_msg":"${body}"}\n`;
	}
}

const ownMsgid = (plain: string): string | undefined => /"msgid":"([^"]*)"/.exec(plain)?.[1];

/** A pair of keys for a version. Making one takes a moment, so they are kept for the next folder: they protect nothing. */
function keyPair(version: number): { publicKey: string; privateKey: string } {
	const path = join(CACHE, `key-${version}.json`);
	if (!existsSync(path)) {
		const pair = generateKeyPairSync('rsa', {
			modulusLength: 2048,
			publicKeyEncoding: { type: 'spki', format: 'pem' },
			// Keys of both formats occur: openssl 1 writes PKCS#1, openssl 3 PKCS#8.
			privateKeyEncoding: { type: version % 2 ? 'pkcs1' : 'pkcs8', format: 'pem' },
		});
		mkdirSync(CACHE, { recursive: true });
		writeFileSync(`${path}.${process.pid}`, JSON.stringify(pair));
		renameSync(`${path}.${process.pid}`, path);
	}
	return JSON.parse(readFileSync(path, 'utf8'));
}

/** Encrypts a message as `sdk.c` decrypts it, which protects nothing. */
function seal(key: string, plain: string): string {
	const out = Buffer.from(plain);
	const sum = Buffer.alloc(4);
	sum.writeUInt32LE(fnv(out));
	let x = fnv(Buffer.from(key)) | 1;
	for (let i = 0; i < out.length; i++) {
		x ^= x << 13;
		x ^= x >>> 17;
		x ^= x << 5;
		out[i] ^= x & 255;
	}
	return Buffer.concat([Buffer.from('FK1'), sum, out]).toString('base64');
}

function fnv(bytes: Buffer): number {
	let hash = 2166136261;
	for (const byte of bytes) hash = Math.imul(hash ^ byte, 16777619);
	return hash >>> 0;
}

/** A message of every type, as WeCom writes them: texts, since some numbers in them have more digits than JavaScript keeps. */
export function sampleMessages(file: string): Array<{ type: string; plain: string }> {
	const guarded = readFileSync(file, 'utf8').replace(/": (\d{16,})([,\n])/g, '": "#$1#"$2');
	const samples = JSON.parse(guarded) as Array<{ type: string; message: object }>;
	return samples.map(({ type, message }) => ({
		type,
		plain: JSON.stringify(message).replace(/"#(\d+)#"/g, '$1'),
	}));
}
