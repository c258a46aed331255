import { randomBytes } from 'crypto';
import { sleep, type IDataObject } from 'n8n-workflow';
import { uploadRequest } from '../../../shared/client/files';
import { decryptBytes, parseEncodingAesKey } from '../../../shared/callback/crypto';
import { readBinary } from '../../engine/binary';
import { downloadLink } from '../../engine/download';
import { wantedCount } from '../../engine/runRow';
import type { ItemContext } from '../../engine/operation';
import { replyItem, toListItem } from '../../engine/output';
import { problem } from '../../engine/problem';
import { collectParameters } from '../../engine/parameters';

/** Jobs over the whole directory: exporting it into items (doc 94849 to 94854), importing it from a CSV file (90980 to 90983). */

const POLL_MS = [1000, 2000, 3000, 5000];
/** Entries in one file, the fewest that WeCom takes (doc 94849): one file after the other is in memory. */
const BLOCK_SIZE = 10_000;
const EXPORTED = 2;
const EXPORT_FAILED = 3;
const IMPORTED = 3;

/** Starts an export, waits for it, and turns its encrypted files into items. */
export async function exportDirectory(item: ItemContext): Promise<IDataObject[]> {
	const { client, get, itemIndex } = item;
	const what = get('what', 'user');
	const wanted = wantedCount(item);
	const minutes = waitMinutes(item);
	const encoding_aeskey = newKey();
	const body = { block_size: BLOCK_SIZE, ...collectParameters(item), encoding_aeskey };
	const { jobid } = await client.call(
		{ method: 'POST', path: `/cgi-bin/export/${what}`, body },
		itemIndex,
	);
	const files = await waitFor(item, minutes, String(jobid), async () => {
		const reply = await client.call(
			{ method: 'GET', path: '/cgi-bin/export/get_result', qs: { jobid } },
			itemIndex,
		);
		if (reply.status === EXPORT_FAILED) {
			throw problem(
				item,
				'WeCom could not finish the export',
				`Run the node again. If it stays, give WeCom the job ID ${String(jobid)}.`,
			);
		}
		return reply.status === EXPORTED ? ((reply.data_list ?? []) as IDataObject[]) : undefined;
	});
	const found: IDataObject[] = [];
	for (const { url } of files) {
		for (const entry of entriesOf(await readFile(item, String(url), encoding_aeskey))) {
			found.push(entry);
			if (found.length >= wanted) return found;
		}
	}
	return found;
}

/** Members or departments of a file; for a tag, its members and departments. */
function entriesOf({ userlist, department, partylist }: IDataObject): IDataObject[] {
	const parties = ((partylist ?? []) as number[]).map((id) => ({ department: id }));
	return [...((userlist ?? department ?? []) as IDataObject[]), ...parties];
}

async function readFile(item: ItemContext, url: string, key: string): Promise<IDataObject> {
	const { data } = await downloadLink(item, {
		url,
		what: 'An exported file',
		todo: 'Its link works for two hours. Run the node again.',
	});
	const plain = decryptBytes(parseEncodingAesKey(key)!, data);
	if (!plain) {
		throw problem(
			item,
			'An exported file cannot be decrypted',
			'It was cut off on its way. Run the node again.',
		);
	}
	return JSON.parse(plain.toString('utf8')) as IDataObject;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** An EncodingAESKey for one export: 43 letters and digits that stand for 32 bytes. */
function newKey(): string {
	const characters = [...randomBytes(42)].map((byte) => ALPHABET[byte % ALPHABET.length]);
	// The last one carries four bits only.
	return `${characters.join('')}${'AEIMQUYcgkosw048'[randomBytes(1)[0] % 16]}`;
}

/** Uploads the CSV file unless its media ID is given, starts the import, and waits for its result if wanted. */
export async function importDirectory(item: ItemContext): Promise<IDataObject | IDataObject[]> {
	const { client, get, itemIndex } = item;
	const minutes = waitMinutes(item);
	const media_id = get('media_id') || (await uploadCsv(item));
	const body = { ...collectParameters(item), media_id };
	const path = `/cgi-bin/batch/${get('kind', 'syncuser')}`;
	const { jobid } = await client.call({ method: 'POST', path, body }, itemIndex);
	if (!get<boolean>('wait', true)) return { jobid };
	const reply = await waitFor(item, minutes, String(jobid), async () => {
		const result = await client.call(
			{ method: 'GET', path: '/cgi-bin/batch/getresult', qs: { jobid } },
			itemIndex,
		);
		return result.status === IMPORTED ? result : undefined;
	});
	const { result, ...summary } = replyItem(reply);
	const rows = (result ?? []) as IDataObject[];
	return rows.length > 0 ? rows.map(toListItem) : { jobid, ...summary };
}

async function uploadCsv(item: ItemContext): Promise<string> {
	const file = await readBinary(item, 'file');
	const request = uploadRequest('/cgi-bin/media/upload', { type: 'file' }, file);
	return String((await item.client.call(request, item.itemIndex)).media_id);
}

/** How long the operation waits, read before anything is started, so that a value that cannot be read is refused in time. */
const waitMinutes = ({ get }: ItemContext) => get<number>('waitMinutes', 5);

/** Asks again and again until there is a result or the time is up. */
async function waitFor<T>(
	item: ItemContext,
	minutes: number,
	jobid: string,
	ask: () => Promise<T | undefined>,
): Promise<T> {
	const until = Date.now() + minutes * 60_000;
	for (let tries = 0; ; tries++) {
		const result = await ask();
		if (result !== undefined) return result;
		if (Date.now() >= until) {
			throw problem(
				item,
				`The job is not finished after ${minutes} minutes`,
				`WeCom is still working on it: raise 'Wait Up To (Minutes)', or read the result of the job ${jobid} later with API > Call.`,
			);
		}
		await sleep(POLL_MS[Math.min(tries, POLL_MS.length - 1)]);
	}
}
