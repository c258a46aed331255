import { callbackKinds, classify, repeatableElements } from '../../../nodes/shared/callback/events';
import { parseXml, wrapRepeatable } from '../../../nodes/shared/callback/xml';

/** The payload of a kind with so many elements at a path of its row, each in the parents the path names. */
function payloadOf(on: string, path: string, count: number): Record<string, unknown> {
	const [type, event, changeType] = on.split('/');
	const words =
		type === 'info'
			? `<InfoType>${event}</InfoType>`
			: `<MsgType>event</MsgType><Event>${event}</Event>`;
	const names = path.split('.');
	const last = names.pop()!;
	const entries = Array.from({ length: count }, (_, i) => `<${last}>${i}</${last}>`).join('');
	const element = names.reduceRight((inner, name) => `<${name}>${inner}</${name}>`, entries);
	const change = changeType ? `<ChangeType>${changeType}</ChangeType>` : '';
	const parsed = parseXml(`<xml>${words}${change}${element}</xml>`);
	if (!parsed.ok) throw new Error(parsed.reason);
	const classification = classify(parsed.value);
	wrapRepeatable(parsed.value, repeatableElements(classification), {
		complete: classification.known,
	});
	return parsed.value;
}

const listAt = (payload: Record<string, unknown>, path: string): unknown =>
	path
		.split('.')
		.reduce<unknown>(
			(level, name) =>
				(Array.isArray(level) ? level[0] : (level as Record<string, unknown>))?.[name],
			payload,
		);

const rows = callbackKinds.flatMap(({ on, repeat = [] }) =>
	repeat.map((path) => [on, path] as const),
);

it('covers the rows whose elements repeat', () => {
	expect(rows.length).toBeGreaterThan(40);
});

it.each(rows)('%s: %s is a list with zero, one and two', (on, path) => {
	expect(listAt(payloadOf(on, path, 0), path)).toEqual([]);
	expect(listAt(payloadOf(on, path, 1), path)).toEqual(['0']);
	expect(listAt(payloadOf(on, path, 2), path)).toEqual(['0', '1']);
});

describe('a kind that no table knows', () => {
	const read = (xml: string) => {
		const parsed = parseXml(`<xml><MsgType>event</MsgType><Event>brand_new</Event>${xml}</xml>`);
		if (!parsed.ok) throw new Error(parsed.reason);
		wrapRepeatable(parsed.value, repeatableElements(classify(parsed.value)));
		return parsed.value;
	};

	it('has lists where WeCom repeats elements elsewhere', () => {
		expect(read('<SpaceId>s0</SpaceId><OptionIds></OptionIds>')).toEqual({
			MsgType: 'event',
			Event: 'brand_new',
			SpaceId: ['s0'],
			OptionIds: { OptionId: [] },
		});
	});

	it('gets nothing it does not have', () => {
		expect(read('<A>1</A>')).toEqual({ MsgType: 'event', Event: 'brand_new', A: '1' });
	});
});
