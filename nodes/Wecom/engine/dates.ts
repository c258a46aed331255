import { plain } from '../../shared/util/values';

/**
 * What people, spreadsheets and n8n call a date, read in one place. A date is written (`2026-03-05`, `2026/3/5 9:30`,
 * `2026年3月5日`, the serial number of a spreadsheet) or it is a moment (Unix time, a Date, a text with an offset).
 */

const DAY_SECONDS = 86_400;
/** China's clocks are ahead of UTC by these, all year. */
export const AHEAD_SECONDS = 8 * 3600;
/** Day 0 of spreadsheets. */
const SERIAL_EPOCH = Date.UTC(1899, 11, 30);

/** A date as written: its day and its clock read as if they were UTC, in milliseconds, and the offset that stands behind it. */
interface Written {
	day: number;
	/** The clock as written; 24:00 is 24 hours after the beginning of its day. */
	clock: number;
	offset?: string;
}

/**
 * Unix time in seconds of a date as n8n hands it on: a Luxon DateTime or Date, text (in `timeZone`, an IANA name, when it has no
 * offset of its own), the serial number of a spreadsheet, or a number of seconds or milliseconds. Undefined for anything else, also
 * for numbers that would be a moment before 1973: 20260131 is a day.
 */
export function toUnixSeconds(value: unknown, timeZone: string): number | undefined {
	if (Array.isArray(value)) return undefined;
	if (typeof value === 'object' && value !== null) return seconds(Number(value.valueOf()));
	const text = plainText(value);
	if (/^\d{9,13}(\.\d{1,9})?$/.test(text)) return ofNumber(Number(text));
	const written = readWritten(text);
	if (!written) return undefined;
	const { clock, offset } = written;
	if (offset) return seconds(clock - offsetOf(offset));
	// The offset at the wanted moment is not known before the moment is: the second look settles the hours around a change.
	const guess = clock - offsetAt(clock, timeZone);
	return seconds(clock - offsetAt(guess, timeZone));
}

/** The number of the day in China in which a moment lies: WeCom's days begin at midnight there. */
export const dayOf = (seconds: number) => Math.floor((seconds + AHEAD_SECONDS) / DAY_SECONDS);

/**
 * When the day begins in China that a person has entered: the date as written, or as a Luxon DateTime shows it, whatever the
 * time zone. Numbers, dates of JavaScript and texts in UTC are moments, and mean the day in which they lie in China. Undefined for
 * what is no date.
 */
export function dayInChina(value: unknown): number | undefined {
	const { toISODate } = Object(value) as { toISODate?: () => string };
	const written = readWritten(plainText(toISODate ? toISODate.call(value) : value));
	if (written && !isUtc(written.offset)) return written.day / 1000 - AHEAD_SECONDS;
	const moment = toUnixSeconds(value, 'UTC');
	return moment === undefined ? undefined : dayOf(moment) * DAY_SECONDS - AHEAD_SECONDS;
}

/** Whether a text or number names a day and no time of it. */
export const isDayOnly = (value: unknown): boolean => DAY_ONLY.test(plainText(value));

/** The time of day that a text or a DateTime shows, in seconds, in China for one in UTC; undefined where it shows a day alone. */
export function timeOfDay(value: unknown): number | undefined {
	const { hour, minute = 0 } = Object(value) as { hour?: number; minute?: number };
	if (hour !== undefined) return hour * 3600 + minute * 60;
	const written = isDayOnly(value) ? undefined : readWritten(plainText(value));
	if (!written) return undefined;
	const { day, clock, offset } = written;
	return isUtc(offset) ? (clock / 1000 + AHEAD_SECONDS) % DAY_SECONDS : (clock - day) / 1000;
}

const plainText = (value: unknown) =>
	typeof value === 'string' || typeof value === 'number' ? inDigits(plain(value)) : '';

/** The longest text is that of JavaScript, which names the time zone in brackets. */
const LONGEST = 100;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH = String.raw`(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?`;
const NAMED_DAY = String.raw`(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,?\s+)?`;
const DAY_BEFORE = new RegExp(
	String.raw`^${NAMED_DAY}(\d{1,2})(?:st|nd|rd|th)?[\s-]${MONTH},?[\s-](\d{4})(?!\d)`,
	'i',
);
const DAY_BEHIND = new RegExp(
	String.raw`^${NAMED_DAY}${MONTH}\s(\d{1,2})(?:st|nd|rd|th)?,?\s(\d{4})(?!\d)`,
	'i',
);
const IN_BRACKETS = /(?<=Z|[+-]\d\d:?\d\d)\s?(?:\[[\w/+-]+\]|\([^()]+\))$/i;
const DAY_AND_TIME =
	/^((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])T?([01]\d|2[0-3])([0-5]\d)([0-5]\d)?(Z?)$/i;

/** A date with the name of its month, as mails and JavaScript write it, or without anything between its digits, in the usual form. */
function inDigits(given: string): string {
	if (given.length > LONGEST) return '';
	const text = given.replace(IN_BRACKETS, '');
	const [, year, month, day, hour, minute, second = '00', zone] = DAY_AND_TIME.exec(text) ?? [];
	if (year) return `${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`;
	const before = DAY_BEFORE.exec(text);
	const [found, ...parts] = before ?? DAY_BEHIND.exec(text) ?? [];
	if (!found) return text;
	const [name, date] = before ? [parts[1], parts[0]] : parts;
	const number = MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
	return `${parts[2]}-${number}-${date}${text.slice(found.length).replace(/^(?:,|\sat(?=\s))/i, '')}`;
}

const DATE = String.raw`(\d{4})(?:(-|\/|\.)(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号]?)`;
const WEEKDAY = String.raw`(?:\s?\(?(?:星期|周)[一二三四五六日天]\)?|\s?\((?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\))?`;
const HALVES = '上午|下午|凌晨|清晨|早上|早晨|中午|傍晚|晚上|夜里';
const TIME = String.raw`(?:[T\s]\s*|(?<=[日号一二三四五六天)]))(${HALVES})?\s?(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?|[时点](?:(\d{1,2})(?:分(?:(\d{1,2})秒?)?)?)?)(?:\s?(AM|PM))?`;
/** Hours alone only behind a time: in 2026/1/30-31 they are a day. */
const OFFSET = String.raw`\s?(Z|(?:UTC|GMT)(?:[+-]\d\d?(?::?\d\d)?)?|[+-]\d\d:?\d\d|(?<=:\d\d(?:\.\d+)?\s?)[+-]\d\d)`;
const WRITTEN = new RegExp(`^${DATE}${WEEKDAY}(?:${TIME})?(?:${OFFSET})?$`, 'i');
const DAY_ONLY = new RegExp(String.raw`^(?:${DATE}${WEEKDAY}(?:${OFFSET})?|\d{5}|\d{8})$`, 'i');
/** A day without anything between its parts, as databases write it. */
const COMPACT = /^((?:19|20)\d\d)(\d\d)(\d\d)$/;
function readWritten(text: string): Written | undefined {
	if (/^\d{5}(\.\d{1,15})?$/.test(text)) {
		const clock = SERIAL_EPOCH + Math.round(Number(text) * DAY_SECONDS) * 1000;
		return { day: Math.floor(clock / 1000 / DAY_SECONDS) * DAY_SECONDS * 1000, clock };
	}
	const compact = COMPACT.exec(text);
	if (compact) return written(compact.slice(1, 4), []);
	const found = WRITTEN.exec(text);
	if (!found) return undefined;
	const [, year, , month = found[5], day = found[6], , , half, hour, ...rest] = found;
	const [minute, second, minuteInWords, secondInWords, halfBehind, offset] = rest;
	const hours = hourOf(Number(hour ?? 0), (half ?? halfBehind ?? '').toLowerCase());
	const time = [hours, Number(minute ?? minuteInWords ?? 0), Number(second ?? secondInWords ?? 0)];
	return written([year, month, day], time, offset);
}

/** What is said of an hour that counts to twelve only: after noon, before it, or around it. */
const AFTER_NOON = /^(pm|下午|傍晚|晚上|夜里)$/;
/** Words for the night: the hours from midnight on may be meant of the day before or of the next one. */
const AT_NIGHT = /^(晚上|夜里)$/;
/** The first hour of which people say that it is at night and mean the evening. */
const EVENING = 6;

/** The hour of a clock, which may count to twelve; NaN for one that no morning has, or that may be meant of two days. */
function hourOf(hour: number, half: string): number {
	if (AT_NIGHT.test(half) && (hour === 12 || hour < EVENING)) return NaN;
	if (half === '中午') return hour < 3 ? hour + 12 : hour;
	if (AFTER_NOON.test(half)) return hour < 12 ? hour + 12 : hour;
	if (!half || hour < 12) return hour;
	return hour === 12 ? 0 : NaN;
}

function written(date: string[], time: number[], offset?: string): Written | undefined {
	const [year, month, day] = date.map(Number);
	const [hour = 0, minute = 0, second = 0] = time;
	const isMidnight = hour === 24 && minute === 0 && second === 0;
	if (!(hour <= 23 || isMidnight) || minute > 59 || second > 59) return undefined;
	const midnight = Date.UTC(year, month - 1, day);
	const clock = midnight + (hour * 3600 + minute * 60 + second) * 1000;
	// JavaScript makes March 3 of February 31.
	const isDay = new Date(midnight).getUTCDate() === day;
	return isDay && month <= 12 && day > 0 ? { day: midnight, clock, offset } : undefined;
}

/** A moment in UTC, which stands for the day that it is in China then. */
const isUtc = (offset: string | undefined): boolean => /^(?:Z|UTC|GMT)$/i.test(offset ?? '');

/** Milliseconds that an offset such as `+08:00` or `GMT+8` is ahead of UTC. */
function offsetOf(offset: string): number {
	const [, sign, hours, minutes = 0] = /([+-])(\d\d?)(?::?(\d\d))?$/.exec(offset) ?? [];
	if (!sign) return 0;
	return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

const ofNumber = (number: number): number | undefined => {
	if (number < 1e8) return undefined;
	return number > 1e11 ? seconds(number) : Math.floor(number);
};

const seconds = (milliseconds: number) =>
	Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);

/** How far the clocks of a time zone are ahead of UTC, in milliseconds. */
function offsetAt(moment: number, timeZone: string): number {
	const parts = new Intl.DateTimeFormat('en-US', {
		timeZone,
		hourCycle: 'h23',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric',
	}).formatToParts(moment);
	const at = (type: string) => Number(parts.find((part) => part.type === type)?.value);
	const local = Date.UTC(
		at('year'),
		at('month') - 1,
		at('day'),
		at('hour'),
		at('minute'),
		at('second'),
	);
	return local - Math.floor(moment / 1000) * 1000;
}
