import {
	NodeOperationError,
	type IDataObject,
	type ILoadOptionsFunctions,
	type INodePropertyOptions,
	type INodeProperties,
} from 'n8n-workflow';
import { WecomClient } from '../shared/client/client';
import {
	departmentChoices,
	departmentsById,
	memberChoices,
	upwards,
	type Department,
} from '../shared/companies/directory';
import { reasoned } from '../shared/companies/reasonedOptions';
import { later } from '../shared/util/later';
import { splitList } from '../shared/util/text';
import { FETCH_UNTIL_MS } from './deadlines';
import { warn, type Delivery, type Unwanted } from './delivery';
import { keepNewest } from '../shared/util/keepNewest';

/** The member who wrote a message or clicked: for the filters, and for the option "Resolve Names". Read once in ten minutes. */

const KEEP_MS = 600_000;
const MAX_KEPT = 5_000;

export interface Writer {
	userid: string;
	name: string;
	departments: Array<{ id: number; name: string }>;
	/** The IDs of the member's departments and of all above them. */
	within: number[];
}

interface Kept {
	until: number;
	value: Promise<unknown>;
}
const kept = new Map<string, Kept>();

/** What was read under a key within the last minutes, or is being read; a reading that failed is not kept. */
async function once<T>(key: string, fetch: () => Promise<T>): Promise<T> {
	const known = kept.get(key);
	if (known && known.until > Date.now()) return (await known.value) as T;
	const value = fetch();
	keepNewest(kept, key, { until: Date.now() + KEEP_MS, value }, MAX_KEPT);
	value.catch(() => kept.delete(key));
	return await value;
}

/** The member that a callback comes from; '' for what comes from nobody, such as a changed department. */
function userIdOf({ opened }: Delivery): string {
	const { FromUserName } = opened.payload as IDataObject;
	return typeof FromUserName === 'string' && FromUserName !== 'sys' ? FromUserName : '';
}

class TooLate extends Error {}

/** Reads the member (doc 90196) and the departments (doc 90208), as far as WeCom's time limit allows. */
async function senderOf(delivery: Delivery, userid: string): Promise<Writer> {
	const { context, source, opened, secrets, at } = delivery;
	// The callbacks of an individual developer's suite are encrypted for nobody (doc 90968), and name the company inside.
	const corpId = opened.receiveId || String((opened.payload as IDataObject).ToUserName ?? '');
	const scope = `${secrets.fingerprint}|${corpId}`;
	const left = Math.max(0, at + FETCH_UNTIL_MS - Date.now());
	const reading = once(`${scope}|${userid}`, async () => {
		const client = await source.openClient(context, corpId);
		const member = client.call({ method: 'GET', path: '/cgi-bin/user/get', qs: { userid } });
		const all = once(scope, async () => await departmentsById(client));
		// Without their names the departments have their numbers.
		const departments = all.catch(() => new Map<number, Department>());
		return toWriter(userid, await member, await departments);
	});
	const late = new Promise<undefined>((resolve) => later(left, () => resolve(undefined)));
	const read = await Promise.race([reading, late]);
	if (read) return read;
	reading.catch(() => {});
	throw new TooLate('WeCom took too long to answer');
}

function toWriter(userid: string, member: IDataObject, all: Map<number, Department>): Writer {
	const ids = ((member.department ?? []) as unknown[]).map(Number);
	return {
		userid,
		name: String(member.name ?? userid),
		departments: ids.map((id) => ({ id, name: all.get(id)?.name ?? String(id) })),
		within: ids.flatMap((id) => [id, ...upwards(all, id).map((one) => one.id)]),
	};
}

/** The facts on the sender for the item, if the option is on: who it is, or why that could not be read. */
export async function senderFacts(delivery: Delivery): Promise<IDataObject> {
	const { context } = delivery;
	const userid = userIdOf(delivery);
	if (!userid || context.getNodeParameter('triggerOptions.resolveNames', false) !== true) return {};
	try {
		const { name, departments } = await senderOf(delivery, userid);
		return { sender: { userid, name, departments } };
	} catch (error) {
		return { sender: { userid }, senderError: (error as Error).message };
	}
}

/** What the filters for people and texts have against a callback. Whom nobody could look up is let through. */
export async function whyOfOthers(delivery: Delivery): Promise<Unwanted | undefined> {
	const { context, opened } = delivery;
	const filters = context.getNodeParameter('filters', {}) as IDataObject;
	const userid = userIdOf(delivery);
	const { kind } = opened.classification;
	const members = splitList(filters.members);
	if (userid && members.length > 0 && !members.includes(userid))
		return { kind, reason: `The filter 'Member Names or IDs' does not include '${userid}'.` };
	const text = whyOtherText(delivery, filters);
	if (text) return { kind, reason: text };
	const departments = splitList(filters.departments).map(Number);
	if (!userid || departments.length === 0) return undefined;
	try {
		const { within } = await senderOf(delivery, userid);
		if (within.some((id) => departments.includes(id))) return undefined;
	} catch (error) {
		warn(
			context,
			`could not look up who wrote, so it starts the workflow: ${(error as Error).message}`,
		);
		return undefined;
	}
	return {
		kind,
		reason: `'${userid}' is in none of the departments of the filter 'Department Names or IDs'.`,
	};
}

/** Messages are filtered by their text, so those without one are left out; events are not. */
function whyOtherText(delivery: Delivery, filters: IDataObject): string | undefined {
	const { MsgType, Content } = delivery.opened.payload as IDataObject;
	if (MsgType === 'event' || MsgType === undefined) return undefined;
	const text = typeof Content === 'string' ? Content : '';
	const words = splitList(filters.textContains, /[,，\n]/);
	const has = (word: string) => text.toLowerCase().includes(word.toLowerCase());
	if (words.length > 0 && !words.some(has))
		return "The message has none of the words of the filter 'Text Contains'.";
	const pattern = String(filters.textMatches ?? '').trim();
	if (!pattern || toPattern(delivery, pattern)?.test(text) !== false) return undefined;
	return "The message does not fit the filter 'Text Matches'.";
}

/** `/pattern/flags`, or the pattern alone; what is none lets everything through. */
function toPattern({ context }: Delivery, written: string): RegExp | undefined {
	const [, pattern = written, flags = 'i'] = /^\/(.+)\/([imsu]*)$/.exec(written) ?? [];
	try {
		return new RegExp(pattern, flags);
	} catch {
		warn(context, "does not filter by 'Text Matches': it is not a regular expression");
		return undefined;
	}
}

/** The filters for people and texts in the form of the trigger. */
export const senderFilters: INodeProperties[] = [
	{
		displayName: 'Department Names or IDs',
		name: 'departments',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'getDepartments' },
		default: [],
		description:
			'Only what members of these departments, and of those below, write or click starts the workflow. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'Member Names or IDs',
		name: 'members',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'getMembers' },
		default: [],
		description:
			'Only what these members write or click starts the workflow. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'Text Contains',
		name: 'textContains',
		type: 'string',
		default: '',
		placeholder: 'e.g. 报销, refund',
		description:
			'Comma-separated. Only messages with one of these words start the workflow; events are not affected.',
	},
	{
		displayName: 'Text Matches',
		name: 'textMatches',
		type: 'string',
		default: '',
		placeholder: 'e.g. ^order \\d+$',
		description:
			'A regular expression. Only messages whose text matches it start the workflow; events are not affected.',
	},
];

export const resolveNamesOption: INodeProperties = {
	displayName: 'Resolve Names',
	name: 'resolveNames',
	type: 'boolean',
	default: true,
	description:
		'Whether to add the name and the departments of the member who wrote or clicked. Read from WeCom at most every ten minutes.',
};

const listed = (choices: (client: WecomClient) => Promise<INodePropertyOptions[]>) =>
	reasoned(async function (this: ILoadOptionsFunctions) {
		if (this.getCurrentNodeParameter('source') === 'suite')
			throw new NodeOperationError(
				this.getNode(),
				'The members and departments of companies cannot be listed here',
				{ description: 'Enter their IDs with an expression such as {{ ["zhangsan"] }}.' },
			);
		return await choices(await WecomClient.ofApp(this));
	});

/** What the filters choose from; a suite serves many companies, so there it is IDs by an expression. */
export const senderLists = {
	getDepartments: listed(departmentChoices),
	getMembers: listed(memberChoices),
};
