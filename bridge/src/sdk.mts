/**
 * The functions of WeCom's library `libWeWorkFinanceSdk_C.so` (doc 91774), called through koffi. Every call is synchronous: koffi's asynchronous ones
 * run in several threads at once on one handle and have too small a stack.
 *
 * The library wants a new slice for every call, freed after it, also when the call failed; what is inside belongs to the slice.
 * Texts are read by their length, since they may hold any byte.
 */
import koffi from 'koffi';
import { problemOf, TOO_LARGE } from './problems.mts';

/** Seconds the library itself waits for WeCom. */
const NETWORK_SECONDS = 10;

export interface Route {
	proxy: string;
	proxyPassword: string;
}

export interface Part {
	data: Buffer;
	/** What the next part is asked for with. */
	next: string;
	finished: boolean;
}

type Native = (...values: unknown[]) => unknown;

const PROTOTYPES = {
	NewSdk: 'void *NewSdk()',
	Init: 'int Init(void *sdk, const char *corpid, const char *secret)',
	GetChatData:
		'int GetChatData(void *sdk, uint64 seq, uint32 limit, const char *proxy, const char *passwd, int timeout, void *out)',
	DecryptData: 'int DecryptData(const char *key, const char *msg, void *out)',
	GetMediaData:
		'int GetMediaData(void *sdk, const char *indexbuf, const char *fileid, const char *proxy, const char *passwd, int timeout, void *out)',
	DestroySdk: 'void DestroySdk(void *sdk)',
	NewSlice: 'void *NewSlice()',
	FreeSlice: 'void FreeSlice(void *slice)',
	GetContentFromSlice: 'void *GetContentFromSlice(void *slice)',
	GetSliceLen: 'int GetSliceLen(void *slice)',
	NewMediaData: 'void *NewMediaData()',
	FreeMediaData: 'void FreeMediaData(void *media)',
	GetOutIndexBuf: 'void *GetOutIndexBuf(void *media)',
	GetData: 'void *GetData(void *media)',
	GetIndexLen: 'int GetIndexLen(void *media)',
	GetDataLen: 'int GetDataLen(void *media)',
	IsMediaDataFinish: 'int IsMediaDataFinish(void *media)',
};
type Functions = Record<keyof typeof PROTOTYPES, Native>;

/** The library, loaded, with one handle for all calls. */
export class Sdk {
	private readonly native: Functions;
	private readonly route: Route;
	private readonly handle: unknown;

	/** Throws what the loader says when the file cannot be loaded, and a problem when WeCom's library refuses. */
	constructor(path: string, corpId: string, secret: string, route: Route) {
		// The library makes its network calls on this stack, for which koffi's own 1 MB is too little.
		koffi.config({ sync_stack_size: 8 << 20 });
		// `deep`, because Node's executable exports an OpenSSL, and the library must find its own.
		const library = koffi.load(path, { deep: true });
		const entries = Object.entries(PROTOTYPES).map(([name, prototype]) => [
			name,
			library.func(prototype),
		]);
		this.native = Object.fromEntries(entries) as Functions;
		this.route = route;
		this.handle = this.native.NewSdk();
		const code = this.native.Init(this.handle, corpId, secret) as number;
		if (code !== 0) {
			this.native.DestroySdk(this.handle);
			throw problemOf('Init', code);
		}
	}

	/** JSON of at most `limit` messages after `seq`, as the library gives it. */
	chatData(seq: string, limit: number): string {
		const { proxy, proxyPassword } = this.route;
		const { GetChatData } = this.native;
		return this.slice('GetChatData', (slice) =>
			GetChatData(this.handle, BigInt(seq), limit, proxy, proxyPassword, NETWORK_SECONDS, slice),
		).toString('utf8');
	}

	/** The plaintext of a message. */
	decrypt(randomKey: string, message: string): string {
		const { DecryptData } = this.native;
		return this.slice('DecryptData', (slice) => DecryptData(randomKey, message, slice)).toString(
			'utf8',
		);
	}

	/** One part of a file, 512 KB at most. `index` is '' at first. */
	mediaPart(index: string, fileId: string): Part {
		const { native } = this;
		const { proxy, proxyPassword } = this.route;
		const media = native.NewMediaData();
		try {
			const code = native.GetMediaData(
				this.handle,
				index,
				fileId,
				proxy,
				proxyPassword,
				NETWORK_SECONDS,
				media,
			);
			if (code !== 0) throw problemOf('GetMediaData', code as number);
			return {
				data: bytes(native.GetData(media), native.GetDataLen(media) as number),
				next: bytes(native.GetOutIndexBuf(media), native.GetIndexLen(media) as number).toString(
					'utf8',
				),
				finished: native.IsMediaDataFinish(media) !== 0,
			};
		} finally {
			native.FreeMediaData(media);
		}
	}

	close(): void {
		this.native.DestroySdk(this.handle);
	}

	private slice(call: string, use: (slice: unknown) => unknown): Buffer {
		const slice = this.native.NewSlice();
		try {
			const code = use(slice) as number;
			if (code === TOO_LARGE) return Buffer.from(JSON.stringify({ errcode: TOO_LARGE }));
			if (code !== 0) throw problemOf(call, code);
			return bytes(
				this.native.GetContentFromSlice(slice),
				this.native.GetSliceLen(slice) as number,
			);
		} finally {
			this.native.FreeSlice(slice);
		}
	}
}

/** Copies bytes out of the library's memory, which is freed with its slice. */
function bytes(pointer: unknown, length: number): Buffer {
	if (!pointer || length <= 0) return Buffer.alloc(0);
	return Buffer.from(new Uint8Array(koffi.view(pointer, length)));
}
