/** What a value means, whoever wrote it: one table for each kind. */
import { DateTime } from 'luxon';
import { convertValue, toMoneyText, toNumberText } from '../../../nodes/Wecom/engine/convert';
import { toTexts } from '../../../nodes/Wecom/engine/ids';
import type { Conversion, Field, ItemContext } from '../../../nodes/Wecom/engine/operation';

const item = {
	itemIndex: 0,
	context: { getNode: () => ({ name: 'WeCom' }), getTimezone: () => 'Asia/Tokyo' },
} as unknown as ItemContext;
const field = (more: Partial<Field>): Field => ({
	name: 'x',
	displayName: 'Label',
	type: 'string',
	default: '',
	...more,
});
const read = (convert: Conversion, value: unknown) => convertValue(item, field({ convert }), value);

describe('IDs', () => {
	it.each([
		[
			['a', ' b ', '', null],
			['a', 'b'],
		],
		['["zhangsan","lisi"]', ['zhangsan', 'lisi']],
		['[1, 2]', ['1', '2']],
		['[12345678901234567890]', ['12345678901234567890']],
		['a,b，c、d;e；f|g h\ni\tj\r\nk', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k']],
		['[not json', ['[not', 'json']],
		["['zhangsan', 'lisi']", ['zhangsan', 'lisi']],
		['[zhangsan, lisi]', ['zhangsan', 'lisi']],
		['"zhangsan","lisi"', ['zhangsan', 'lisi']],
		['“zhangsan”，‘lisi’', ['zhangsan', 'lisi']],
		['zhangsan｜lisi､wangwu\u200bzhaoliu', ['zhangsan', 'lisi', 'wangwu', 'zhaoliu']],
		['12345678901234567890、2', ['12345678901234567890', '2']],
		[7, ['7']],
		['', []],
		['[]', []],
		// Lists in lists, and several in an entry.
		[
			['a', ['b', ['c']]],
			['a', 'b', 'c'],
		],
		['[["a"],["b"]]', ['a', 'b']],
		[
			['a,b', 'c；d'],
			['a', 'b', 'c', 'd'],
		],
		// As a model, a mention, a spreadsheet or a copy from elsewhere has them.
		['```json\n["a","b"]\n```', ['a', 'b']],
		['@zhangsan ＠lisi @all', ['zhangsan', 'lisi', '@all']],
		['<@zhangsan>，<@lisi>', ['zhangsan', 'lisi']],
		['<@all>', ['@all']],
		[['@ALL', '＠all', '@all'], ['@all']],
		['<＠All>', ['@all']],
		['@allen', ['allen']],
		["'1001", ['1001']],
		['\ufeff\u202azhangsan\u202c、lisi\u2060', ['zhangsan', 'lisi']],
	])('%p', (value, expected) => expect(read('stringList', value)).toEqual(expected));

	it.each([2 ** 60, 1e21, NaN, Infinity, [NaN]])(
		'are no numbers that are not what they were: %p',
		(value) => {
			expect(() => read('stringList', value)).toThrow(/'Label' is (?!empty)/);
			expect(() => convertValue(item, field({}), value)).toThrow(/'Label' is (?!empty)/);
		},
	);

	it('are not what a spreadsheet makes of long numbers', () =>
		expect(() => read('stringList', 'a、1.38E+10')).toThrow('a spreadsheet has shortened'));

	it.each([
		[{ userid: 'a' }],
		[[{ userid: 'a' }]],
		['[{"userid":"a"}]'],
		['{"userid":"a"}'],
		[['{"userid":"a"}']],
		[new Date(0)],
	])('are not %p', (value) =>
		expect(() => read('stringList', value)).toThrow("'Label' is an object"),
	);

	it('are numbers where WeCom wants them so', () => {
		expect(read('integerList', '2、3')).toEqual([2, 3]);
		expect(() => read('integerList', '2、x')).toThrow("'Label' is 'x' where WeCom needs a whole");
	});

	it('are several numbers with spaces in between, in a list as outside', () => {
		for (const value of ['2 300 301', ['2 300 301'], '["2 300","301"]', [2, '300\n301']])
			expect(read('integerList', value)).toEqual([2, 300, 301]);
		expect(read('integerList', ['1,200'])).toEqual([1, 200]);
		for (const value of [["1'200"], '1’200', ['￥5'], ['1e3'], ['1E+5']])
			expect(() => read('integerList', value)).toThrow(/'Label' is (?!empty)/);
	});

	it('are not what words are: those may have spaces', () =>
		expect(read('textList', '加 微信, "返 现"')).toEqual(['加 微信', '"返 现"']));

	it('are words with commas in them where such names are known', () => {
		const names = ['A,B', 'A,B、C', 'plain'];
		const words = (text: string) => toTexts(item, 'Label', text, names);
		expect(words('A,B')).toEqual(['A,B']);
		expect(words('x, A,B ，plain\ny')).toEqual(['x', 'A,B', 'plain', 'y']);
		expect(words('A,Bx;A,B、C')).toEqual(['A', 'Bx', 'A,B', 'C']);
		expect(words(' , a,,b\n')).toEqual(['a', 'b']);
		expect(words('A,B\nplain')).toEqual(['A,B', 'plain']);
		expect(words(' A,B、C ')).toEqual(['A,B、C']);
	});

	it('that are to be removed', () => {
		expect(read('clearedPhones', '')).toEqual(['']);
		expect(read('clearedPhones', [''])).toEqual(['']);
		expect(read('clearedPhones', [])).toEqual(['']);
		expect(read('phones', [])).toEqual([]);
		expect(read('clearedPhones', '139、138')).toEqual(['139', '138']);
	});
});

describe('Phone numbers', () => {
	it.each([
		['138 0013 8000', ['13800138000']],
		['138-0013-8000、+86 139 0013 9000', ['13800138000', '13900139000']],
		['13800138000 13900139000', ['13800138000', '13900139000']],
		['0086-13800138000\n(+852) 6123 4567', ['13800138000', '(+852) 6123 4567']],
		['+852 6123 4567', ['+852 6123 4567']],
		['＋852 61234567', ['+852 61234567']],
		['852 91234567', ['852 91234567']],
		['+852 91234567 13800138000 +85261234567', ['+852 91234567', '13800138000', '+85261234567']],
		['+49 15112345678', ['+49 15112345678']],
		['86 138 0013 8000', ['13800138000']],
		['010-8888 6666', ['010-8888 6666']],
		['138 - 0013 - 8000', ['13800138000']],
		['138 0013 8000 139 0013 9000', ['13800138000', '13900139000']],
		['0755-2658 1234 13800138000', ['0755-2658 1234', '13800138000']],
		['0755 2658 1234 2658 1235', ['0755 2658 1234', '2658 1235']],
		['@all 13800138000', ['@all', '13800138000']],
		['张三 13800138000', ['张三', '13800138000']],
		['\u202d13800138000\u202c', ['13800138000']],
		[
			[13800138000, '１３９００１３９０００'],
			['13800138000', '13900139000'],
		],
		['@all', ['@all']],
		['<@ALL>', ['@all']],
	])('%p', (value, expected) => expect(read('phones', value)).toEqual(expected));

	it('one alone', () => {
		for (const value of ['138 0013 8000', 13800138000, ['13800138000'], '8613800138000'])
			expect(read('phone', value)).toBe('13800138000');
		expect(read('phone', '')).toBe('');
		expect(read('phone', ' +86 13800000000')).toBe('+86 13800000000');
		for (const value of ['+852 61234567', '＋852 61234567', "'+852 61234567"])
			expect(read('phone', value)).toBe('+852 61234567');
		for (const value of ['852 91234567', '(+852) 6123 4567', '010-8888 6666'])
			expect(read('phone', value)).toBe(value);
		expect(() => read('phone', '1.38E+10')).toThrow('a spreadsheet has shortened');
		expect(() => read('phone', { a: 1 })).toThrow("'Label' is an object");
	});
});

describe('A single value', () => {
	const options = [
		{ name: 'One', value: 1 },
		{ name: 'Two', value: 2 },
	];
	it.each<[Partial<Field>, unknown, unknown]>([
		[{}, ['x'], 'x'],
		[{}, [5], '5'],
		[{ type: 'number' }, ['5'], 5],
		[{ type: 'boolean' }, ['是'], true],
		[{ type: 'options', options }, [2], 2],
		[{ type: 'dateTime', convert: 'day' }, ['2026-03-05'], 1_772_640_000],
		[{ convert: 'stringList' }, ['x'], ['x']],
		[{ type: 'json', convert: 'jsonList' }, [{ a: 1 }], [{ a: 1 }]],
	])('of %p may stand in a list of one', (more, value, expected) =>
		expect(convertValue(item, field(more), value)).toEqual(expected),
	);

	it.each<Partial<Field>>([{}, { type: 'number' }, { type: 'boolean' }, { convert: 'integer' }])(
		'of %p is not there in an empty list, and is none of several',
		(more) => {
			expect(convertValue(item, field(more), [])).toBeUndefined();
			expect(() => convertValue(item, field(more), [1, 2])).toThrow(/'Label' is (?!empty)/);
		},
	);

	it('of text is without the mark with which a file begins', () =>
		expect(convertValue(item, field({}), '\ufeffx')).toBe('x'));
});

describe('JSON', () => {
	it.each([
		'{"a":1}',
		'\ufeff{"a":1}\r\n',
		'```json\n{"a":1}\n```',
		'```\n{"a": 1}```',
		'"{\\"a\\":1}"',
		{ a: 1 },
	])('%p', (value) => {
		expect(read('json', value)).toEqual({ a: 1 });
		expect(read('jsonList', value)).toEqual([{ a: 1 }]);
	});

	it.each(["{'a':1}", '{"a":1', 'null', '5', '"a"', '```json\n```'])('is not %p', (value) =>
		expect(() => read('json', value)).toThrow("'Label' is not valid JSON"),
	);
});

describe('Numbers', () => {
	it.each([
		['1,200', 1200],
		['１２３', 123],
		[' -5 ', -5],
		['3.0', 3],
		['￥1,200', 1200],
		['1e3', 1000],
		['−5', -5],
		['人民币 1,200 元', 1200],
		[7n, 7],
		['1 200', 1200],
		['1\u00a0234\u202f567', 1234567],
		["1'200", 1200],
		["'1200", 1200],
		['\u202a1200\u202c', 1200],
		['12\u200b', 12],
	])('%p is %p', (value, expected) => expect(read('integer', value)).toBe(expected));

	it.each([
		'abc',
		'十二',
		'1,20',
		'1 20',
		'=A1',
		'1.5',
		[1, 2],
		{},
		true,
		NaN,
		'2^3',
		'9007199254740993',
		'1.38E+10',
		"'1E+5",
	])('%p is none', (value) => expect(() => read('integer', value)).toThrow(/'Label' is (?!empty)/));

	it('stay within what the form says', () => {
		const bounded = field({ type: 'number', typeOptions: { minValue: 1, maxValue: 4 } });
		expect(convertValue(item, bounded, '4')).toBe(4);
		expect(() => convertValue(item, bounded, 5)).toThrow('too large');
		expect(() => convertValue(item, bounded, -1)).toThrow('too small');
		expect(convertValue(item, bounded, '')).toBeUndefined();
	});

	it.each([
		['￥1,234.50', '1234.50', '1234.50'],
		[0.30000000000000004, '0.3', '0.30'],
		['１２．５', '12.5', '12.5'],
		[700.5, '700.5', '700.5'],
		[1200, '1200', '1200'],
		['12元', '12', '12'],
		['.5', '0.5', '0.5'],
		['-￥1,200', '-1200', '-1200'],
		['1.239', '1.239', '1.239'],
		['12345678901234567890', '12345678901234567890', '12345678901234567890'],
	])('as text: %p is %p, as money %p', (value, number, money) => {
		expect(toNumberText(item, 'Label', value)).toBe(number);
		expect(toMoneyText(item, 'Label', value)).toBe(money);
	});

	it.each([1e21, 1e-7, '十二', '', {}])('as text: %p is refused', (value) => {
		expect(() => toNumberText(item, 'Label', value)).toThrow(/'Label' is (?!empty)/);
		expect(() => toMoneyText(item, 'Label', value)).toThrow(/'Label' is (?!empty)/);
	});

	it.each([
		[1999, 1999],
		[19.99 * 100, 1999],
		['￥1,234.50', 123450],
	])('of fen: %p is %p', (value, expected) => expect(read('fen', value)).toBe(expected));

	it('of fen have no fraction', () => expect(() => read('fen', 19.99)).toThrow('fen'));
});

/** 2026-03-05T00:00+08:00. */
const DAY = 1_772_640_000;

describe('Days', () => {
	it.each([
		'2026-03-05',
		'2026/3/5',
		'2026.03.05',
		'2026年3月5日',
		'2026年03月05号',
		'2026年3月5日 星期四',
		'20260305',
		20260305,
		'２０２６／３／５',
		46086,
		'46086',
		46086.99,
		'2026-03-05T23:00:00',
		'2026/3/5 9:30',
		'2026年3月5日 9时30分',
		'2026-03-05 23:59:59.123456+08',
		DateTime.fromISO('2026-03-05T22:00', { zone: 'America/New_York' }),
		'2026-03-04T16:00:00.000Z',
		DAY,
		DAY + 0.25,
		DAY * 1000,
		'\u200e2026/3/5',
		"'2026-03-05",
		'2026年3月5日（周四）',
		'2026-03-05 (Thu)',
		'Mar 5, 2026',
		'5 March 2026',
		'Thursday, 5th Mar 2026',
		'5-Mar-2026',
		'Thu, 05 Mar 2026 09:00:00 +0800',
		'Thu, 05 Mar 2026 01:00:00 GMT',
		'Wed, 04 Mar 2026 16:00:00 GMT',
		'Thu Mar 05 2026 09:00:00 GMT+0800 (中国标准时间)',
		'202603050900',
		20260305090000,
		'20260305T010000Z',
		'2026-03-05T09:00:00+08:00[Asia/Shanghai]',
		'2026-03-05 24:00',
	])('%p, whatever the time zone of the workflow', (value) => {
		expect(read('day', value)).toBe(DAY);
		expect(read('dayText', value)).toBe('2026-03-05');
	});

	it.each(['2026-02-30', '2026/13/1', '2026-3/5', '3/5/2026', 'tomorrow', 5, {}, [DAY, DAY]])(
		'%p is none',
		(value) => expect(() => read('day', value)).toThrow('which is not a date'),
	);

	it('with a time are in the time zone of the workflow', () => {
		const moment = Date.parse('2026-03-05T09:30:00+09:00') / 1000;
		for (const value of [
			'2026/3/5 9:30',
			'2026-03-05 09:30:00',
			'2026年3月5日9时30分',
			'2026年3月5日 9点30分',
			'2026/3/5 上午9:30',
			'2026-03-05 9:30 AM',
			'2026-03-05T09:30+09',
			46086 + 9.5 / 24,
			'2026-03-05T00:30Z',
		])
			expect(read('timestamp', value)).toBe(moment);
		for (const value of ['2026/3/5 下午9:30', '2026-03-05 9:30 PM', '2026年3月5日下午9点30分'])
			expect(read('timestamp', value)).toBe(moment + 12 * 3600);
		for (const value of [
			'Thu, 5 Mar 2026 09:30:00 +0900',
			'Thu Mar 05 2026 08:30:00 GMT+0800 (China Standard Time)',
			'March 5, 2026 at 9:30 AM',
			'2026-03-05 00:30:00 UTC',
			'2026-03-05 08:30 GMT+8',
			'202603050930',
			'2026-03-05 早上9:30',
		])
			expect(read('timestamp', value)).toBe(moment);
		expect(read('timestamp', '2026/3/5 晚上9:30')).toBe(moment + 12 * 3600);
		expect(read('timestamp', '2026/3/5 凌晨1:30')).toBe(moment - 8 * 3600);
		expect(read('timestamp', '2026/3/5 中午12:30')).toBe(moment + 3 * 3600);
		for (const time of ['晚上12:00', '晚上1点', '晚上0:30', '夜里2点', '夜里3:30', '夜里12点'])
			expect(() => read('timestamp', `2026/3/5 ${time}`)).toThrow('which is not a date');
		expect(read('timestamp', '2026年3月5日夜里11点')).toBe(moment + 13.5 * 3600);
		expect(read('timestamp', '2026-03-05 24:00')).toBe(moment + 14.5 * 3600);
		expect(read('timestamp', '2026年3月5日9时')).toBe(moment - 30 * 60);
		expect(read('timestamp', '2026-03-05 12:30 am')).toBe(moment - 9 * 3600);
		expect(() => read('timestamp', '2026-03-05 13:00 AM')).toThrow('which is not a date');
	});
});

describe('Switches', () => {
	const toggle = field({ type: 'boolean' });
	it.each([
		'是',
		'TRUE',
		'yes',
		1,
		'1',
		true,
		'Y',
		'on',
		'√',
		'启用',
		'１',
		'1.0',
		'真',
		'有',
		'T',
		'是的',
		'✔️',
		'✅',
		'需要',
	])('%p is on', (value) => expect(convertValue(item, toggle, value)).toBe(true));
	it.each([
		'否',
		'False',
		'no',
		0,
		'',
		false,
		'N',
		'off',
		'×',
		'禁用',
		'0.0',
		'假',
		'无',
		'不',
		'❌',
		'不需要',
	])('%p is off', (value) => expect(convertValue(item, toggle, value)).toBe(false));
	it.each(['maybe', 2, {}, '已', '-', 'yes!'])('%p is refused', (value) =>
		expect(() => convertValue(item, toggle, value)).toThrow('neither true nor false'),
	);
});

describe('Choices', () => {
	const options = [
		{ name: 'One', value: 1 },
		{ name: 'Two', value: 2 },
	];
	it('have the type that WeCom wants', () =>
		expect(convertValue(item, field({ type: 'options', options }), ' 2 ')).toBe(2));
	it.each(['Two', 'two', ' TWO ', '2.0', '２', 'Two\u200b', ['2']])(
		'may have the name that the form shows: %p',
		(value) => expect(convertValue(item, field({ type: 'options', options }), value)).toBe(2),
	);
	it('have their own letters first', () => {
		const both = [
			{ name: 'Any', value: 'LOCATION' },
			{ name: 'One', value: 'location' },
		];
		expect(convertValue(item, field({ type: 'options', options: both }), 'location')).toBe(
			'location',
		);
	});
	it.each(['3', '../x?y=1&z#', 'constructor'])('are not %p', (value) =>
		expect(() => convertValue(item, field({ type: 'options', options }), value)).toThrow(
			'not one of its choices',
		),
	);
	it('that only WeCom knows are not checked', () => {
		const asked = field({ type: 'options', typeOptions: { loadOptionsMethod: 'x' } });
		expect(convertValue(item, asked, 'new')).toBe('new');
	});
});
