import { toUnixSeconds } from '../../../nodes/Wecom/engine/dates';

const SHANGHAI = 'Asia/Shanghai';

it.each([
	['a date and time of the editor', '2026-01-31T09:30:00', SHANGHAI, '2026-01-31T01:30:00Z'],
	['a day', '2026-01-31', SHANGHAI, '2026-01-30T16:00:00Z'],
	['a text with an offset', '2026-01-31T09:30:00.000+01:00', SHANGHAI, '2026-01-31T08:30:00Z'],
	['UTC', '2026-01-31T09:30:00Z', SHANGHAI, '2026-01-31T09:30:00Z'],
	['summer time', '2026-07-01T12:00', 'Europe/Berlin', '2026-07-01T10:00:00Z'],
	[
		'the hour after clocks go forward',
		'2026-03-29T03:30:00',
		'Europe/Berlin',
		'2026-03-29T01:30:00Z',
	],
	[
		'the hour before clocks go back',
		'2026-10-25T01:59:00',
		'Europe/Berlin',
		'2026-10-24T23:59:00Z',
	],
	['a Date', new Date('2026-01-31T09:30:00Z'), SHANGHAI, '2026-01-31T09:30:00Z'],
	['seconds', 1769851800, SHANGHAI, '2026-01-31T09:30:00Z'],
	['a leap day', '2028-02-29', SHANGHAI, '2028-02-28T16:00:00Z'],
	['words without the last one', '2026年1月31日 9时30', SHANGHAI, '2026-01-31T01:30:00Z'],
	['seconds in words', '2026年1月31日9点30分15', SHANGHAI, '2026-01-31T01:30:15Z'],
	['a short offset', '2026-01-31 09:30:00.5+08', 'UTC', '2026-01-31T01:30:00Z'],
	['milliseconds', '1769851800000', SHANGHAI, '2026-01-31T09:30:00Z'],
])('%s', (_name, value, timeZone, expected) => {
	expect(toUnixSeconds(value, timeZone)).toBe(Date.parse(expected) / 1000);
});

it.each([
	...['tomorrow', '', '2026-13-01', '2026-01-31T25:00:00', {}, 'x2026-01-31'],
	...['20261331', 20260230, '0', 99999999, '099999999', '2026-02-31', '2025-02-29T09:00:00+08:00'],
	...['2026-01-30-31', '2026/1/30-31'],
])('%p is not a date', (value) => {
	expect(toUnixSeconds(value, SHANGHAI)).toBeUndefined();
});
