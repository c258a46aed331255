/** Temporary media and permanent images. */
import { randomBytes } from 'node:crypto';
import { WecomError } from '../errors.cts';
import { parseMultipart, type Part } from '../multipart.cts';
import { FileAnswer, type Call, type Endpoint } from '../endpoint.cts';
import { MEDIA_LIFETIME, now, type Media, type State } from '../state.cts';

const MB = 1024 * 1024;
/** A download or a Range of it must not be larger (830002). */
const MAX_CHUNK = 20 * MB;
const MAX_IMAGE = 2 * MB;
/** WeCom: "Files must be larger than 5 bytes." */
const MIN_SIZE = 6;

const starts =
	(...bytes: number[]) =>
	(content: Buffer) =>
		content.subarray(0, bytes.length).equals(Buffer.from(bytes));
export const isJpeg = starts(0xff, 0xd8, 0xff);
export const isPng = starts(0x89, 0x50, 0x4e, 0x47);

/** Size limit and format of each type. A file has the format when its first bytes or its name's extension say so. */
const TYPES: Record<
	string,
	{ max: number; extensions?: RegExp; looksRight?: (content: Buffer) => boolean }
> = {
	image: {
		max: 10 * MB,
		extensions: /\.(jpe?g|png)$/i,
		looksRight: (content) => isJpeg(content) || isPng(content),
	},
	voice: {
		max: 2 * MB,
		extensions: /\.amr$/i,
		looksRight: (content) => content.subarray(0, 5).toString('latin1') === '#!AMR',
	},
	video: {
		max: 10 * MB,
		extensions: /\.mp4$/i,
		looksRight: (content) => content.subarray(4, 8).toString('latin1') === 'ftyp',
	},
	file: { max: MAX_CHUNK },
};

/** Keeps a file; also for files that no upload could make (over 20 MB, as from upload_by_url). */
export function storeMedia(state: State, media: Omit<Media, 'media_id' | 'createdAt'>): Media {
	const stored = {
		...media,
		media_id: `3${randomBytes(48).toString('base64url')}`,
		createdAt: now(state),
	};
	state.media.set(stored.media_id, stored);
	return stored;
}

/**
 * The file in an upload. A part without `filename` is no file for WeCom; `filename*` alone does not count (reported by the
 * community).
 */
function filePart({ rawBody, headers }: Call, isRight: (part: Part) => boolean): Part {
	const part = parseMultipart(rawBody, headers['content-type']).find(
		(one) => one.parameters.filename && isRight(one),
	);
	if (!part || !part.content.length) throw new WecomError(44001);
	return part;
}

function checkFormat(type: string, { content, parameters }: Part) {
	const { extensions, looksRight } = TYPES[type];
	if (extensions && !extensions.test(parameters.filename) && !looksRight!(content))
		throw new WecomError(40004);
}

const fileOf = (type: string, { parameters, contentType, content }: Part) => ({
	type,
	filename: parameters.filename,
	filelength: parameters.filelength,
	contentType,
	content,
});

/** Checks and keeps the file of an upload; a message push takes fewer types. */
export function upload(call: Call, types = Object.keys(TYPES), more: Partial<Media> = {}) {
	const { type } = call.query;
	if (!type || !types.includes(type)) throw new WecomError(40005);
	const part = filePart(call, ({ parameters }) => parameters.name === 'media');
	if (part.content.length < MIN_SIZE) throw new WecomError(40006);
	if (part.content.length > TYPES[type].max) throw new WecomError(45001);
	checkFormat(type, part);
	const media = storeMedia(call.state, { ...fileOf(type, part), ...more });
	return { type, media_id: media.media_id, created_at: String(Math.floor(media.createdAt / 1000)) };
}

function uploadImage(call: Call) {
	const part = filePart(call, () => true);
	if (part.content.length < MIN_SIZE || part.content.length > MAX_IMAGE)
		throw new WecomError(40009);
	checkFormat('image', part);
	const { state } = call;
	state.images.push({ ...fileOf('image', part), media_id: '', createdAt: now(state) });
	return {
		url: `https://wework.qpic.example/wwpic/${state.images.length}_${randomBytes(12).toString('hex')}/0`,
	};
}

/** The range that is asked for: `bytes=a-b` with both ends, as the docs want it; undefined without a Range header. */
function range(
	header: string | undefined,
	size: number,
): { start: number; end: number } | undefined {
	if (header === undefined) return undefined;
	const match = /^bytes=(\d+)-(\d*)$/.exec(header);
	const start = Number(match?.[1]);
	const end = match?.[2] ? Math.min(Number(match[2]), size - 1) : size - 1;
	if (!match || start > end) throw new WecomError(40146);
	return { start, end };
}

/**
 * The header with a file's name. HTTP headers are bytes: the name goes out as raw UTF-8 in `filename="…"`, or as `filename*` (RFC
 * 5987).
 */
function disposition(state: State, filename: string): string {
	if (state.dispositionStyle === 'rfc5987')
		return `attachment; filename*=UTF-8''${encodeURIComponent(filename)}`;
	return `attachment; filename="${Buffer.from(filename, 'utf8').toString('latin1')}"`;
}

function download({ state, params, headers }: Call) {
	const media = state.media.get(params.media_id);
	if (!media || media.createdAt + MEDIA_LIFETIME < now(state)) throw new WecomError(40007);
	const size = media.content.length;
	const part = range(headers.range, size);
	const { start, end } = part ?? { start: 0, end: size - 1 };
	if (end - start + 1 > MAX_CHUNK) throw new WecomError(830002);
	return new FileAnswer(
		part ? 206 : 200,
		{
			'Content-Type': media.contentType || 'application/octet-stream',
			'Content-Disposition': disposition(state, media.filename),
			'Accept-Ranges': 'bytes',
			...(part && { 'Content-Range': `bytes ${start}-${end}/${size}` }),
		},
		media.content.subarray(start, end + 1),
	);
}

/** Starts the job with which WeCom fetches a file from a URL, which takes its time (doc 96219). */
function uploadByUrl({ state, params }: Call) {
	const jobid = `jobid_${randomBytes(24).toString('base64url')}`;
	const { type, filename } = params;
	if (params.scene !== 1) throw new WecomError(40058);
	state.urlUploads.set(jobid, { type, filename, polls: 0 });
	return { jobid };
}

const RUNNING = 1;
const DONE = 2;
const FAILED = 3;

function uploadResult({ state, params }: Call) {
	const job = state.urlUploads.get(params.jobid);
	if (!job) throw new WecomError(40058);
	const { polls, errcode } = state.urlUploadEnd;
	if (job.polls++ < polls) return { status: RUNNING, detail: { errcode: 0, errmsg: '' } };
	if (errcode) return { status: FAILED, detail: { errcode, errmsg: 'download failed' } };
	const { type, filename } = job;
	const media = storeMedia(state, { type, filename, contentType: '', content: Buffer.alloc(6) });
	const created_at = String(Math.floor(media.createdAt / 1000));
	return {
		status: DONE,
		detail: { errcode: 0, errmsg: 'ok', media_id: media.media_id, created_at },
	};
}

export const mediaEndpoints: Endpoint[] = [
	{
		method: 'POST',
		path: '/cgi-bin/media/upload',
		doc: 90253,
		token: 'corp',
		multipart: true,
		handler: (call) => upload(call),
	},
	{
		method: 'POST',
		path: '/cgi-bin/media/uploadimg',
		doc: 90256,
		token: 'corp',
		multipart: true,
		handler: uploadImage,
	},
	{
		method: 'GET',
		path: '/cgi-bin/media/get',
		doc: 90254,
		token: 'corp',
		required: { media_id: 41006 },
		handler: download,
	},
	{
		method: 'POST',
		path: '/cgi-bin/media/upload_by_url',
		doc: 96219,
		token: 'corp',
		required: { scene: 40058, type: 40005, filename: 40058, url: 41010, md5: 40058 },
		fields: { scene: 'integer', type: 'string', filename: 'string', url: 'string', md5: 'string' },
		handler: uploadByUrl,
	},
	{
		method: 'POST',
		path: '/cgi-bin/media/get_upload_by_url_result',
		doc: 96219,
		token: 'corp',
		required: { jobid: 40058 },
		fields: { jobid: 'string' },
		handler: uploadResult,
	},
];
