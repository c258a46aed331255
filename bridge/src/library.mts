/** The file of WeCom's library, looked at without loading it. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { Problem } from './problems.mts';

const DOWNLOAD = 'https://developer.work.weixin.qq.com/document/path/91774';

/** The version of the C library for Linux by its MD5, from the md5.txt in WeCom's archives. */
const KNOWN: Record<string, string> = {
	f2db3dd1372c516db6290afbd1b5c698: '3.0 (x86, 2025-02-05)',
	'2d22071add7284a978f55e70cc7ddb3d': '3.0 (arm64, 2025-02-05)',
	d422224e67eb07a195d1d7115b39284c: '2.0 (x86, 2024-06)',
	'781ec3cbad904b1527023cc9df0f279b': '1.x (x86, 2020-02-15)',
};

const MACHINES: Record<number, string> = { 3: 'ia32', 40: 'arm', 62: 'x64', 183: 'arm64' };
const NAMES: Record<string, string> = {
	x64: 'x86 (64 bits)',
	arm64: 'arm64',
	ia32: 'x86 (32 bits)',
	arm: 'arm (32 bits)',
};

const unloadable = (message: string, todo: string): Problem =>
	new Problem({ code: 'sdk_unloadable', message, todo, status: 503, state: 'sdk_unloadable' });

export function missing(message: string): Problem {
	return new Problem({
		code: 'sdk_missing',
		message,
		todo: `Download the library for Linux from ${DOWNLOAD}, unpack it, and let SDK_PATH name the file libWeWorkFinanceSdk_C.so.`,
		status: 503,
		state: 'sdk_missing',
	});
}

/** The problem of a file that is the right one and still cannot be loaded; `reason` is what the loader says. */
export function notLoaded(reason: string): Problem {
	const glibc = /GLIBC_|musl|ld-linux|symbol not found/i.test(reason);
	return unloadable(
		`The library cannot be loaded: ${reason}`,
		glibc
			? 'The library needs a Linux with glibc, such as Debian or Ubuntu, and a recent one. It does not run on Alpine. The Dockerfile of the bridge has a fitting image.'
			: `Download the library again from ${DOWNLOAD}, and run the bridge on Debian or Ubuntu, or with its Dockerfile.`,
	);
}

/** Refuses a file that cannot be the library for this machine. */
export function checkLibrary(path: string): void {
	let head: Buffer;
	try {
		if (!statSync(path).isFile())
			throw missing('SDK_PATH names a folder, not the file of the library.');
		head = firstBytes(path);
	} catch (error) {
		if (error instanceof Problem) throw error;
		const { code } = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR')
			throw missing('The file of SDK_PATH does not exist.');
		throw missing(`The file of SDK_PATH cannot be read (${code}).`);
	}
	if (head.subarray(0, 2).toString('latin1') === 'MZ')
		throw unloadable(
			'The file of SDK_PATH is the library for Windows.',
			`Download the one for Linux from ${DOWNLOAD}.`,
		);
	if (head[0] === 0x1f && head[1] === 0x8b)
		throw unloadable(
			'The file of SDK_PATH is the packed archive.',
			'Unpack it (tar -xzf) and let SDK_PATH name the file libWeWorkFinanceSdk_C.so.',
		);
	if (head.subarray(0, 4).toString('latin1') !== '\x7fELF')
		throw unloadable(
			'The file of SDK_PATH is not a library for Linux.',
			`Download it from ${DOWNLOAD}.`,
		);
	const machine = MACHINES[head.readUInt16LE(18)] ?? 'an unknown processor';
	if (machine !== process.arch)
		throw unloadable(
			`The file of SDK_PATH is the library for ${NAMES[machine] ?? machine}, and this machine is ${NAMES[process.arch] ?? process.arch}.`,
			`Download the library for ${NAMES[process.arch] ?? process.arch} from ${DOWNLOAD}.`,
		);
}

function firstBytes(path: string): Buffer {
	const head = Buffer.alloc(64);
	const file = openSync(path, 'r');
	try {
		readSync(file, head, 0, head.length, 0);
	} finally {
		closeSync(file);
	}
	return head;
}

/** A text that changes whenever the file does. */
export function stampOfLibrary(path: string): string {
	const { mtimeMs, size, ino } = statSync(path);
	return `${mtimeMs} ${size} ${ino}`;
}

let last: { stamp: string; md5: string } | undefined;

/** MD5 and version of the file, for comparing with WeCom's own list; worked out again only when the file changed. */
export function identify(path: string): { md5: string | null; version: string } {
	try {
		const stamp = `${path} ${stampOfLibrary(path)}`;
		if (last?.stamp !== stamp)
			last = { stamp, md5: createHash('md5').update(readFileSync(path)).digest('hex') };
		return { md5: last.md5, version: KNOWN[last.md5] ?? 'unknown to this bridge' };
	} catch {
		return { md5: null, version: 'no file' };
	}
}
