/** Exports of the directory (doc 94849 to 94854) and imports from a CSV file (90980 to 90983): jobs that take a moment. */
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { FileAnswer, type Call, type Endpoint } from '../endpoint.cts';
import { WecomError } from '../errors.cts';
import type { State } from '../state.cts';

/** How often a job answers "not finished" before it is. */
const UNFINISHED_ANSWERS = 1;

interface Job {
	asked: number;
	/** The encrypted files of an export. */
	files: Buffer[];
	/** The answer of an import. */
	result?: Record<string, unknown>;
}

const jobsOf = new WeakMap<State, Map<string, Job>>();
const jobs = (state: State): Map<string, Job> => {
	const known = jobsOf.get(state) ?? new Map<string, Job>();
	jobsOf.set(state, known);
	return known;
};

function start(state: State, job: Omit<Job, 'asked'>): Record<string, unknown> {
	const jobid = `jobid_${randomBytes(8).toString('hex')}`;
	jobs(state).set(jobid, { asked: 0, ...job });
	return { jobid };
}

function finished(job: Job): boolean {
	job.asked += 1;
	return job.asked > UNFINISHED_ANSWERS;
}

function jobOf({ state, params }: Call): Job {
	const job = jobs(state).get(params.jobid);
	if (!job) throw new WecomError(40058);
	return job;
}

/** AES-256-CBC with the caller's key, its first 16 bytes as IV, PKCS#7 to 32 bytes (doc 94854). */
function encryptFile(encodingAesKey: string, content: unknown): Buffer {
	const key = Buffer.from(`${encodingAesKey}=`, 'base64');
	const plain = Buffer.from(JSON.stringify(content));
	const pad = 32 - (plain.length % 32);
	const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
	return Buffer.concat([
		cipher.update(plain),
		cipher.update(Buffer.alloc(pad, pad)),
		cipher.final(),
	]);
}

/** The result of an export: always two files, so that a reader of the first one alone is found out. */
function exported(name: string, list: unknown[], more: Record<string, unknown> = {}) {
	const half = Math.ceil(list.length / 2);
	return [{ ...more, [name]: list.slice(0, half) }, { [name]: list.slice(half) }];
}

const exporting = (path: string, doc: number, contents: (call: Call) => unknown[]): Endpoint => ({
	method: 'POST',
	path: `/cgi-bin/export/${path}`,
	doc,
	token: 'corp',
	required: { encoding_aeskey: 40058 },
	handler: (call) => {
		const { encoding_aeskey: key } = call.params;
		if (!/^[A-Za-z0-9]{43}$/.test(key)) throw new WecomError(40058);
		return start(call.state, { files: contents(call).map((one) => encryptFile(key, one)) });
	},
});

const members = ({ state }: Call) => [...state.members.values()];

const importing = (path: string, doc: number, type: string): Endpoint => ({
	method: 'POST',
	path: `/cgi-bin/batch/${path}`,
	doc,
	token: 'corp',
	only: 'contacts',
	required: { media_id: 41006 },
	handler: ({ state, params }) => {
		const media = state.media.get(params.media_id);
		if (!media) throw new WecomError(40007);
		const rows = media.content.toString('utf8').trim().split(/\r?\n/).slice(1);
		const result = rows.map((row) => ({
			action: 1,
			userid: row.split(',')[1] ?? '',
			errcode: 0,
			errmsg: 'ok',
		}));
		return start(state, {
			files: [],
			result: { type, total: rows.length, percentage: 100, result },
		});
	},
});

export const directoryJobEndpoints: Endpoint[] = [
	exporting('simple_user', 94849, (call) =>
		exported(
			'userlist',
			members(call).map(({ userid, name, department }) => ({ userid, name, department })),
		),
	),
	exporting('user', 94851, (call) => exported('userlist', members(call))),
	exporting('department', 94852, ({ state }) =>
		exported('department', [...state.departments.values()]),
	),
	exporting('taguser', 94853, (call) => {
		const tag = call.state.tags.find(({ tagid }) => tagid === Number(call.params.tagid));
		if (!tag) throw new WecomError(40068);
		const userlist = members(call)
			.filter(({ userid }) => tag.userlist.includes(userid))
			.map(({ userid, name }) => ({ userid, name }));
		return [{ tagname: tag.tagname, userlist, partylist: tag.partylist }];
	}),
	{
		method: 'GET',
		path: '/cgi-bin/export/get_result',
		doc: 94854,
		token: 'corp',
		required: { jobid: 40058 },
		handler: (call) => {
			const job = jobOf(call);
			if (!finished(job)) return { status: 1 };
			const data_list = job.files.map((file, index) => ({
				url: `http://${call.headers.host}/export-file?jobid=${call.params.jobid}&index=${index}`,
				size: String(file.length),
				md5: createHash('md5').update(file).digest('hex'),
			}));
			return { status: 2, data_list };
		},
	},
	{
		method: 'GET',
		path: '/export-file',
		doc: 94854,
		token: 'none',
		handler: (call) =>
			new FileAnswer(
				200,
				{ 'content-type': 'application/octet-stream' },
				jobOf(call).files[Number(call.params.index)],
			),
	},
	importing('syncuser', 90980, 'sync_user'),
	importing('replaceuser', 90981, 'replace_user'),
	importing('replaceparty', 90982, 'replace_party'),
	{
		method: 'GET',
		path: '/cgi-bin/batch/getresult',
		doc: 90983,
		token: 'corp',
		required: { jobid: 40058 },
		handler: (call) => {
			const job = jobOf(call);
			return finished(job) ? { status: 3, ...job.result } : { status: 2, percentage: 50 };
		},
	},
];
