/**
 * The node as somebody with a spreadsheet uses it: every field of every operation gets numbers as text, dates in four spellings, lists
 * as text, words for switches, and objects by accident. Each either arrives as it would from the form, in the documented type, or is
 * refused by the label of its field.
 */
import '../support/without-waiting.cts';
import type { IDataObject, IPairedItemData } from 'n8n-workflow';
import { operationFields } from '../../nodes/Wecom/engine/form';
import type { Field, FieldGroup, Operation } from '../../nodes/Wecom/engine/operation';
import { resources } from '../../nodes/Wecom/resources';
import { REFUSAL, runAlone, runItems, shownValue, type Outcome } from './alone.cts';

/** Resources whose operations call no endpoint, or take whatever comes. */
const OTHERS = new Set(['api']);

interface Row {
	id: string;
	operation: Operation;
}
const rows: Row[] = resources
	.filter(({ value }) => !OTHERS.has(value))
	.flatMap(({ value, operations }) =>
		operations.map((operation) => ({ id: `${value}.${operation.value}`, operation })),
	);

/** A spelling of a value: one that means the same as the first of its group, or one to refuse. */
type Spelling = { same: unknown } | { refused: unknown };
interface Group {
	/** As the form itself gives it. */
	plain: unknown;
	spellings: Spelling[];
}

const same = (...values: unknown[]): Spelling[] => values.map((value) => ({ same: value }));
const refused = (...values: unknown[]): Spelling[] => values.map((value) => ({ refused: value }));
const AN_OBJECT = { name: 'by accident' };

function groupOf(field: Field): Group | undefined {
	const { type, convert, typeOptions } = field;
	const min = Math.max(1, (typeOptions?.minValue as number) ?? 1);
	switch (convert) {
		case 'day':
		case 'dayText':
			return {
				plain: '2026-03-05',
				spellings: [
					...same('2026/3/5', '2026年3月5日', 46086, '46086'),
					...refused('soon', AN_OBJECT),
				],
			};
		case 'timestamp':
		case 'timestampText':
			return {
				plain: '2026-03-05T00:00:00',
				spellings: [
					...same('2026/3/5', '2026年3月5日', '2026-03-05 00:00', 46086),
					...refused('soon', AN_OBJECT),
				],
			};
		case 'integer':
			if (type === 'options') break;
			return {
				plain: min,
				spellings: [
					...same(String(min), ` ${min} `, fullWidth(min)),
					...refused('abc', '1.5', AN_OBJECT, [1, 2], '1.38E+10'),
				],
			};
		case 'fen':
			return {
				plain: 120000,
				spellings: [...same('120,000', '￥1,200.00', '１２００００'), ...refused('abc', AN_OBJECT)],
			};
		case 'integerList':
			return {
				plain: ['1', '2'],
				spellings: [
					...same('1,2', '1、2', '[1,2]', [1, 2], '1；2', '1 2', ['1 2']),
					...refused('a,b', AN_OBJECT, '1E+5'),
				],
			};
		case 'phones':
		case 'clearedPhones':
			return {
				plain: ['13800138000', '+85261234567'],
				spellings: [
					...same(
						'13800138000,+85261234567',
						'138 0013 8000、+85261234567',
						['+86 138-0013-8000', '＋85261234567'],
						'["13800138000","+85261234567"]',
						'13800138000 +85261234567',
					),
					...refused(AN_OBJECT, [AN_OBJECT], '1.38E+10'),
				],
			};
		case 'phone':
			return {
				plain: '13800138000',
				spellings: [
					...same(13800138000, '138 0013 8000', '\u202d13800138000\u202c', '8613800138000'),
					...refused(AN_OBJECT, '1.38E+10'),
				],
			};
		case 'stringList':
			return {
				plain: ['a', 'b'],
				spellings: [
					...same('a,b', 'a、b', '["a","b"]', 'a\nb', 'a；b', 'a|b'),
					...refused(AN_OBJECT, [AN_OBJECT]),
				],
			};
		case 'textList':
			return {
				plain: ['a', 'b'],
				spellings: [
					...same('a,b', 'a、b', '["a","b"]', 'a\nb'),
					...refused(AN_OBJECT, [AN_OBJECT]),
				],
			};
		case 'flag':
			if (type === 'options') break;
			return {
				plain: true,
				spellings: [...same('true', '是', 1, 'Yes', '1'), ...refused('maybe', AN_OBJECT)],
			};
		case 'json':
			return { plain: { a: 1 }, spellings: [...same('{"a":1}'), ...refused('a: 1', [1])] };
		case 'jsonList':
			return {
				plain: [{ a: 1 }],
				spellings: [...same('[{"a":1}]', { a: 1 }, '{"a":1}'), ...refused('a: 1')],
			};
		default:
			break;
	}
	if (type === 'boolean')
		return {
			plain: true,
			spellings: [...same('true', '是', 1, 'Yes', '1'), ...refused('maybe', AN_OBJECT)],
		};
	if (type === 'number')
		return {
			plain: min,
			spellings: [...same(String(min), fullWidth(min)), ...refused('abc', AN_OBJECT)],
		};
	if (type === 'options' && !typeOptions?.loadOptionsMethod) {
		const [first] = choicesOf(field);
		return {
			plain: first,
			spellings: [...same(String(first)), ...refused('no such choice', AN_OBJECT)],
		};
	}
	if (type === 'multiOptions') {
		const [one = 'a', two = 'b'] = typeOptions?.loadOptionsMethod ? ['a', 'b'] : choicesOf(field);
		return {
			plain: [one, two],
			spellings: [...same(`${one}、${two}`, JSON.stringify([one, two])), ...refused(AN_OBJECT)],
		};
	}
	if (type === 'string' || type === 'options')
		return { plain: '123', spellings: [...same(123), ...refused(AN_OBJECT, ['a', 'b'])] };
	if (type === 'resourceLocator')
		return {
			plain: shownValue(field, '123'),
			spellings: [...same(123, '123'), ...refused(AN_OBJECT, ['a', 'b'])],
		};
	return undefined;
}

const choicesOf = ({ options }: Field) =>
	(options as Array<{ value: string | number }>)
		.map(({ value }) => value)
		.filter((value) => value !== '');
const fullWidth = (number: number) =>
	String(number).replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));

interface Place {
	label: string;
	/** The field of the form it stands in; itself at the top. */
	owner: Field;
	field: Field;
	/** The form with a value there. */
	put: (value: unknown) => IDataObject;
}

/** Every field of a form, the entries of collections and the columns of rows among them. */
function placesIn(operation: Operation): Place[] {
	return operationFields(operation).flatMap((field): Place[] => {
		const { name, type, options } = field;
		if (type === 'collection')
			return (options as Field[]).map((entry) => ({
				label: entry.displayName,
				owner: field,
				field: entry,
				put: (value) => ({ [name]: { [entry.name]: value } as IDataObject }),
			}));
		if (type === 'fixedCollection') {
			const [group] = options as FieldGroup[];
			return group.values.map((entry) => ({
				label: entry.displayName,
				owner: field,
				field: entry,
				put: (value) => ({
					[name]: {
						[group.name]: [
							{
								...Object.fromEntries(
									group.values
										.filter(({ required }) => required)
										.map((other) => [other.name, shownValue(other)]),
								),
								[entry.name]: value,
							},
						],
					} as IDataObject,
				}),
			}));
		}
		return [
			{
				label: field.displayName,
				owner: field,
				field,
				put: (value) => ({ [name]: value as string }),
			},
		];
	});
}

/** What forms need besides what they mark as required. */
const LINK = 'https://a.example/p';
const dayBefore = (days: number) =>
	new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
const [FROM, TO] = [dayBefore(3), dayBefore(2)];
const CELLS = { mappingMode: 'defineBelow', value: { A: 'x' }, matchingColumns: ['A'] };
const BASES: Record<string, IDataObject> = {
	'customer.tag': { add_tag: 'a' },
	'customerContactWay.create': { type: 2, user: 'a' },
	'customerMessage.createBulkMessage': { external_userid: 'a', to: 'ids', content: 'x' },
	'customerStatistic.getContactsPerDay': { userid: 'a', start_time: FROM, end_time: TO },
	'customerStatistic.getCustomerServicePerDay': { start_time: FROM, end_time: TO },
	'customerStatistic.getGroupsByDay': { day_begin_time: FROM, day_end_time: TO },
	'customerStatistic.getGroupsByOwner': { day_begin_time: FROM, day_end_time: TO },
	'customerStatistic.getServicersPerDay': { start_time: FROM, end_time: TO },
	'groupChat.create': { userlist: ['a', 'b'] },
	'groupChat.sendMessage': { url: LINK, title: 'T' },
	'login.buildAuthorizationUrl': { redirect_uri: LINK },
	'member.invite': { user: 'a' },
	'message.send': { touser: 'a', url: LINK, main_title: 'T', card_url: LINK },
	'message.sendToSchool': { to_parent_userid: 'a', url: LINK },
	'message.updateTemplateCard': { userids: 'a', main_title: 'T', card_url: LINK },
	'messagePush.send': { main_title: 'T', card_url: LINK, url: LINK },
	'smartSheet.appendOrUpdateRecord': { columns: CELLS },
	'smartSheet.appendRecord': { columns: CELLS },
	'smartSheet.updateRecord': { columns: CELLS },
	'suite.buildInstallUrl': { redirect_uri: LINK },
	'suite.buildLoginUrl': { redirect_uri: LINK },
	'tag.addMembers': { userlist: 'a' },
	'tag.removeMembers': { userlist: 'a' },
};

/** Fields that the client reads, not the operation, or that only a part of the operation reads. */
const UNREAD = new Set(['*.actAsCompany', 'member.getAll.simplify']);
/** The documented types of one field differ between two pages: 1 as a number on one, as text on the other. */
const DIFFERENT_PAGES = 'template_card.button_list.type = 1 is no string';

let reached = 0;
let tried = 0;

it.each(rows.map((row) => [row.id, row.operation] as const))(
	'%s',
	async (id, operation) => {
		const wrong: string[] = [];
		for (const { label, owner, field, put } of placesIn(operation)) {
			const group = groupOf(field);
			if (!group || UNREAD.has(`*.${field.name}`) || UNREAD.has(`${id}.${field.name}`)) continue;
			const run = async (value: unknown) =>
				await runAlone(operation, [owner, field], put(value), BASES[id]);
			const plain = await run(group.plain);
			tried++;
			if (!plain.error) reached++;
			for (const spelling of group.spellings) {
				const isSame = 'same' in spelling;
				const value = isSame ? spelling.same : spelling.refused;
				const outcome = await run(value);
				const why = isSame ? differs(plain, outcome) : accepts(label, plain, outcome);
				if (why) wrong.push(`'${label}' = ${JSON.stringify(value)}: ${why}`);
			}
		}
		expect(wrong).toEqual([]);
	},
	30_000,
);

it('fills forms of operations that there are', () => {
	expect(Object.keys(BASES).filter((id) => !rows.some((row) => row.id === id))).toEqual([]);
});

it('reaches most fields', () => {
	expect(tried).toBeGreaterThan(1000);
	expect(reached / tried).toBeGreaterThan(0.75);
});

/** What needs a bot's connection, the bridge, a company that is stored, or answers the one call that started the workflow. */
const NEEDS_MORE = new Set([
	...['send', 'reply', 'streamReply', 'welcome', 'updateCard', 'uploadMedia'].map(
		(name) => `bot.${name}`,
	),
	...['getArchivedMessages', 'downloadMedia', 'getNewestPosition'].map(
		(name) => `chatArchive.${name}`,
	),
	...['getPermanentCode', 'getAuthorizationInfo', 'importCompany'].map((name) => `suite.${name}`),
	'callback.reply',
	'login.respond',
]);

it.each(rows.map((row) => [row.id, row] as const))(
	'%s never drops Additional Parameters without a word',
	async (id, { operation }) => {
		if (NEEDS_MORE.has(id)) return;
		const options = { additionalParameters: '{"not_in_the_form":1}' };
		const { output, requests } = await runItems(operation, undefined, [{ options }], BASES[id]);
		jest.restoreAllMocks();
		const [{ json = {} } = {}] = output;
		// What is refused for another reason says nothing here; an empty list has no item that could.
		const isSaid = json.error || String(json.warning).includes('Additional Parameters');
		const isSent = JSON.stringify(requests).includes('not_in_the_form');
		expect(isSent || Boolean(isSaid) || output.length === 0).toBe(true);
	},
);

describe('Of three items, the second of which is bad, with Continue On Fail', () => {
	afterEach(() => jest.restoreAllMocks());

	/** A field of a row that the form itself refuses, with the value of a good item. */
	async function refusable({ id, operation }: Row) {
		for (const place of placesIn(operation)) {
			const group = groupOf(place.field);
			const [bad] = group?.spellings.filter((one) => 'refused' in one) ?? [];
			if (!group || !bad) continue;
			const run = async (value: unknown) =>
				await runAlone(operation, [place.owner, place.field], place.put(value), BASES[id]);
			const [good, failed] = [await run(group.plain), await run(bad.refused)];
			if (good.error || !failed.error?.message.includes(place.label)) continue;
			return { place, good: group.plain, bad: bad.refused };
		}
		return undefined;
	}

	const alone = rows.filter(({ id }) => !NEEDS_MORE.has(id));

	it.each(alone.map((row) => [row.id, row] as const))('%s', async (id, row) => {
		const found = await refusable(row);
		const place: [Field, Field] | undefined = found && [found.place.owner, found.place.field];
		const given = found ? [found.good, found.bad, found.good].map(found.place.put) : [{}, {}, {}];
		const { output, requests } = await runItems(
			row.operation,
			place,
			given,
			BASES[id],
			found ? undefined : 1,
		);
		const of = (index: number) =>
			output
				.filter(({ pairedItem }) => (pairedItem as IPairedItemData).item === index)
				.map(({ json }) => json);
		const said = of(1).map(({ error }) => (error as IDataObject | undefined)?.message);
		expect(said).toEqual([expect.stringContaining(found ? found.place.label : REFUSAL)]);
		expect(of(0).filter(({ error }) => error)).toEqual([]);
		expect(of(2).filter(({ error }) => error)).toEqual([]);
		const [first, , third] = requests.map((sent) => JSON.stringify(sent).replace(RANDOM, ''));
		expect(third).toBe(first);
		expect(of(0).length + of(2).length + 1).toBe(output.length);
	});
});

/** Keys and IDs that are made anew for each call. */
const RANDOM = /"n8n-[0-9a-f]+"|"encoding_aeskey":"[^"]+"/g;

function differs(canonical: Outcome, outcome: Outcome): string | undefined {
	if (outcome.error)
		return canonical.error?.message === outcome.error.message
			? undefined
			: `refused: ${outcome.error.message}`;
	if (canonical.error) return undefined;
	const [a, b] = [canonical.requests, outcome.requests].map((one) =>
		JSON.stringify(one).replace(RANDOM, ''),
	);
	const wrong = outcome.wrongTypes.find((what) => what !== DIFFERENT_PAGES);
	return a === b ? wrong : `sent ${b} instead of ${a}`;
}

function accepts(label: string, plain: Outcome, { error, requests }: Outcome): string | undefined {
	if (!error) return `sent ${JSON.stringify(requests).slice(0, 300)}`;
	// Something else is missing for this form: nothing can be said of the field.
	if (plain.error?.message === error.message) return undefined;
	const said = `${error.message} ${String((error as { description?: string }).description)}`;
	return said.includes(label) ? undefined : `refused without its label: ${said.slice(0, 200)}`;
}
