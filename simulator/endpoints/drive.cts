/** Files of the drive: up in one piece or in parts (doc 97880, 98004), and down over a link with a cookie (97881). */
import { createHash, randomBytes } from 'node:crypto';
import { FileAnswer, type Call, type Endpoint } from '../endpoint.cts';
import { WecomError } from '../errors.cts';
import type { State } from '../state.cts';

const MB = 1024 * 1024;
const MAX_WHOLE = 10 * MB;
const PART = 2 * MB;
const INVALID = 40058;
const COOKIE = 'qqmail_alias';

interface DriveFile {
	fileid: string;
	file_name: string;
	spaceid: string;
	fatherid: string;
	content: Buffer;
}
interface Upload {
	file: Omit<DriveFile, 'fileid' | 'content'>;
	size: number;
	digests: string[];
	parts: Map<number, Buffer>;
}
interface Drive {
	files: Map<string, DriveFile>;
	uploads: Map<string, Upload>;
	cookies: Map<string, string>;
}

const drives = new WeakMap<State, Drive>();
function driveOf(state: State): Drive {
	const drive = drives.get(state) ?? { files: new Map(), uploads: new Map(), cookies: new Map() };
	drives.set(state, drive);
	return drive;
}

const sha1 = (content: Buffer) => createHash('sha1').update(content).digest('hex');

function place({ spaceid, fatherid, file_name }: Call['params']) {
	if (!spaceid || !fatherid) throw new WecomError(INVALID);
	return { spaceid, fatherid, file_name };
}

function store(state: State, file: Omit<DriveFile, 'fileid'>): Record<string, unknown> {
	const fileid = `${file.spaceid}_f.${randomBytes(6).toString('hex')}`;
	driveOf(state).files.set(fileid, { fileid, ...file });
	return { fileid };
}

function fileOf({ state, params }: Call): DriveFile {
	const file = driveOf(state).files.get(params.fileid);
	if (!file) throw new WecomError(INVALID);
	return file;
}

function begin({ state, params }: Call) {
	const { size, block_sha: digests } = params;
	const known = [...driveOf(state).files.values()].find(
		({ content }) => content.length === size && sha1(content) === digests.at(-1),
	);
	if (known)
		return { hit_exist: true, ...store(state, { ...place(params), content: known.content }) };
	if (digests.length !== Math.ceil(size / PART)) throw new WecomError(INVALID);
	if (!digests.every((one: string) => /^[0-9a-f]{40}$/.test(one))) throw new WecomError(INVALID);
	const upload_key = randomBytes(12).toString('hex');
	driveOf(state).uploads.set(upload_key, { file: place(params), size, digests, parts: new Map() });
	return { hit_exist: false, upload_key };
}

function uploadOf({ state, params }: Call): Upload {
	const upload = driveOf(state).uploads.get(params.upload_key);
	if (!upload) throw new WecomError(INVALID);
	return upload;
}

function addPart(call: Call) {
	const { index, file_base64_content: content } = call.params;
	const upload = uploadOf(call);
	const part = Buffer.from(content, 'base64');
	const last = upload.digests.length;
	const expected = index < last ? PART : upload.size - (last - 1) * PART;
	if (index < 1 || index > last || part.length !== expected) throw new WecomError(INVALID);
	upload.parts.set(index, part);
	return {};
}

function finish(call: Call) {
	const { file, digests, parts } = uploadOf(call);
	const content = Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, part]) => part));
	if (parts.size !== digests.length || sha1(content) !== digests.at(-1))
		throw new WecomError(INVALID);
	driveOf(call.state).uploads.delete(call.params.upload_key);
	return store(call.state, { ...file, content });
}

const post = (
	path: string,
	doc: number,
	required: string[],
	handler: Endpoint['handler'],
): Endpoint => ({
	method: 'POST',
	path: `/cgi-bin/wedrive/${path}`,
	doc,
	token: 'corp',
	required: Object.fromEntries(required.map((name) => [name, INVALID])),
	handler,
});

export const driveEndpoints: Endpoint[] = [
	post('file_upload', 97880, ['file_name', 'file_base64_content'], ({ state, params }) => {
		const content = Buffer.from(params.file_base64_content, 'base64');
		if (content.length > MAX_WHOLE) throw new WecomError(INVALID);
		return store(state, { ...place(params), content });
	}),
	post('file_upload_init', 98004, ['file_name', 'size', 'block_sha'], begin),
	post('file_upload_part', 98004, ['upload_key', 'index', 'file_base64_content'], addPart),
	post('file_upload_finish', 98004, ['upload_key'], finish),
	post('file_download', 97881, ['fileid'], (call) => {
		const { fileid } = fileOf(call);
		const cookie = randomBytes(8).toString('hex');
		driveOf(call.state).cookies.set(cookie, fileid);
		return {
			download_url: `http://${call.headers.host}/drive-file?fileid=${fileid}`,
			cookie_name: COOKIE,
			cookie_value: cookie,
		};
	}),
	post('file_info', 97886, ['fileid'], (call) => {
		const { content, ...file } = fileOf(call);
		return {
			file_info: {
				...file,
				file_size: content.length,
				file_type: 2,
				file_status: 1,
				sha: sha1(content),
			},
		};
	}),
	{
		method: 'GET',
		path: '/drive-file',
		doc: 97881,
		token: 'none',
		handler: (call) => {
			const cookie = new RegExp(`${COOKIE}=(\\w+)`).exec(call.headers.cookie ?? '')?.[1] ?? '';
			if (driveOf(call.state).cookies.get(cookie) !== call.params.fileid)
				return new FileAnswer(403, { 'content-type': 'text/plain' }, Buffer.from('no cookie'));
			return new FileAnswer(200, { 'content-type': 'application/pdf' }, fileOf(call).content);
		},
	},
];
