/** What a value means, whoever wrote it: one table for each kind. */
import { DateTime } from 'luxon';
import {
	convertValue,
	toMoneyText,
	toNumberText,
	toTexts,
} from '../../../nodes/Wecom/engine/convert';
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
	])('%p', (value, expected) => expect(read('stringList', value)).toEqual(expected));

	it.each([[[{ userid: 'a' }]], [{ userid: 'a' }], ['[{"userid":"a"}]']])('are not %p', (value) =>
		expect(() => read('stringList', value)).toThrow("'Label' holds an object"),
	);

	it('are numbers where WeCom wants them so', () => {
		expect(read('integerList', '2、3')).toEqual([2, 3]);
		expect(() => read('integerList', '2、x')).toThrow(
			"'Label' holds 'x' where WeCom needs a whole",
		);
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
		expect(read('clearedList', '')).toEqual(['']);
		expect(read('clearedList', [''])).toEqual(['']);
		expect(read('clearedList', '139、138')).toEqual(['139', '138']);
	});
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
	])('%p is %p', (value, expected) => expect(read('integer', value)).toBe(expected));

	it.each(['abc', '十二', '1,20', '1.5', [1], {}, true, NaN, '2^3', '9007199254740993'])(
		'%p is none',
		(value) => expect(() => read('integer', value)).toThrow("'Label' holds"),
	);

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
		expect(() => toNumberText(item, 'Label', value)).toThrow("'Label' holds");
		expect(() => toMoneyText(item, 'Label', value)).toThrow("'Label' holds");
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
	])('%p, whatever the time zone of the workflow', (value) => {
		expect(read('day', value)).toBe(DAY);
		expect(read('dayText', value)).toBe('2026-03-05');
	});

	it.each(['2026-02-30', '2026/13/1', '2026-3/5', '3/5/2026', 'tomorrow', 5, {}, [DAY]])(
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
		expect(read('timestamp', '2026年3月5日9时')).toBe(moment - 30 * 60);
		expect(read('timestamp', '2026-03-05 12:30 am')).toBe(moment - 9 * 3600);
		expect(() => read('timestamp', '2026-03-05 13:00 AM')).toThrow('which is not a date');
	});
});

describe('Switches', () => {
	const toggle = field({ type: 'boolean' });
	it.each(['是', 'TRUE', 'yes', 1, '1', true, 'Y', 'on', '√', '启用', '１'])('%p is on', (value) =>
		expect(convertValue(item, toggle, value)).toBe(true),
	);
	it.each(['否', 'False', 'no', 0, '', false, 'N', 'off', '×', '禁用'])('%p is off', (value) =>
		expect(convertValue(item, toggle, value)).toBe(false),
	);
	it.each(['maybe', 2, {}, [], '是的', 'yes!'])('%p is refused', (value) =>
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
	it.each(['Two', 'two', ' TWO '])('may have the name that the form shows: %p', (value) =>
		expect(convertValue(item, field({ type: 'options', options }), value)).toBe(2),
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
			'none of its choices',
		),
	);
	it('that only WeCom knows are not checked', () => {
		const asked = field({ type: 'options', typeOptions: { loadOptionsMethod: 'x' } });
		expect(convertValue(item, asked, 'new')).toBe('new');
	});
});
