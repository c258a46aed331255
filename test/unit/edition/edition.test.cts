/** The Chinese edition: the same package in other words. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import manifest from '../../../package.json';
import { SAME } from '../../../scripts/locales/rules.cts';
import { compare, readTable } from '../../../scripts/locales/table.cts';
import { declaredCredentials, declaredNodes } from '../../support/declared.cts';
import { repoRoot } from '../../support/paths.cts';

const TEXTS = new Set([
	'displayName',
	'description',
	'action',
	'placeholder',
	'hint',
	'subtitle',
	'header',
	'inactive',
	'active',
	'activationHint',
	'activationMessage',
	'eventTriggerDescription',
	'waitingNodeTooltip',
	'singular',
	'plural',
]);
const CHINESE = /[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]/;
const table = readTable();
const folder = join(repoRoot, '.cache', `edition-${process.pid}`);

/** A class of the edition, by what package.json names. */
function load<T>(built: string): T {
	const file = built.replace(/^dist\//, '');
	const loaded = require(join(folder, file)) as Record<string, new () => T>;
	return new loaded[basename(file).split('.')[0]]();
}

interface Described {
	name?: string;
	description?: unknown;
}

beforeAll(() => {
	mkdirSync(folder, { recursive: true });
	const script = join('test', 'support', 'edition.cts');
	execFileSync(process.execPath, ['-r', 'tsx/cjs', script, folder], { cwd: repoRoot });
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The words of a description, by their path; options are found by their value, since each language has its order. */
function texts(value: unknown, path = '', found = new Map<string, string>()): Map<string, string> {
	if (Array.isArray(value))
		value.forEach((one, at) => texts(one, `${path}[${idOf(one, at)}]`, found));
	else if (typeof value === 'object' && value !== null) {
		for (const [key, one] of Object.entries(value)) {
			if (isWords(key, value) && typeof one === 'string') found.set(`${path}.${key}`, one);
			else texts(one, `${path}.${key}`, found);
		}
	}
	return found;
}

const idOf = (one: any, at: number) => one?.value ?? one?.name ?? at;
const isWords = (key: string, beside: object) =>
	TEXTS.has(key) || (key === 'name' && ('value' in beside || 'docsUrl' in beside));

/** The text of a function as one compiler or another may write it. */
const codeOf = (expression: string) => expression.replace(/[\s()]+/g, '').replaceAll('"', "'");

/** Everything but the words. */
function withoutTexts(value: any): unknown {
	if (Array.isArray(value)) {
		const ids = value.map((one) => String(idOf(one, 0)));
		const parts = value.map(withoutTexts);
		const isChoice = value.every((one) => typeof one === 'object' && one !== null);
		return isChoice ? parts.map((part, at) => [ids[at], part]).sort(byId) : parts;
	}
	if (typeof value === 'function') return value.name;
	if (typeof value === 'string') return value.startsWith('={{((') ? codeOf(value) : value;
	if (typeof value !== 'object' || value === null) return value;
	const kept = Object.entries(value).filter(
		([key, one]) => !(typeof one === 'string' && isWords(key, value)) && key !== 'usableAsTool',
	);
	return Object.fromEntries(kept.map(([key, one]) => [key, withoutTexts(one)]));
}
const byId = ([a]: any, [b]: any) => (a < b ? -1 : a > b ? 1 : 0);

const english = () => [...declaredNodes(), ...declaredCredentials()].map(described);
const chinese = () =>
	[...manifest.n8n.nodes, ...manifest.n8n.credentials].map((built) => described(load(built)));
const described = (one: Described) => (one.description ?? one) as Described;

it('differs from the English edition in words only', () => {
	const ours = english();
	chinese().forEach((theirs, at) => {
		expect(withoutTexts(theirs)).toEqual(withoutTexts(ours[at]));
		expect([...texts(theirs).keys()].sort()).toEqual([...texts(ours[at]).keys()].sort());
	});
});

it('says everything in its own words (if not: npm run locales, then fill in what it names)', () => {
	const needed = new Map(
		JSON.parse(readFileSync(join(folder, 'texts.json'), 'utf8')) as Array<[string, string[]]>,
	);
	const { missing, dead } = compare(needed, table);
	expect({
		missing: missing.map((text) => `${text} (${needed.get(text)![0]})`),
		dead,
	}).toEqual({ missing: [], dead: [] });
});

it('leaves nothing in English in its forms but names that stay', () => {
	const known = new Set([...SAME, ...Object.values(table)]);
	const left = chinese()
		.flatMap((one) => [...texts(one)])
		.filter(([path, words]) => !path.endsWith('.subtitle') && !/^[[{]/.test(words))
		.filter(([, words]) => /[A-Za-z]{2}/.test(words) && !CHINESE.test(words) && !known.has(words));
	expect(left).toEqual([]);
});

it('joins the sentences of a credential test with its own full stop', async () => {
	const { wecomApiTest } = require(join(folder, 'nodes/shared/credentials/appTest.js')) as {
		wecomApiTest: (this: object, credential: object) => Promise<{ message: string }>;
	};
	const said = async (request: () => Promise<unknown>) => {
		const data = { corpId: 'ww1', corpSecret: 's', baseUrl: 'https://wecom.test' };
		return (await wecomApiTest.call({ helpers: { request } }, { data })).message;
	};
	const refused = {
		statusCode: 200,
		headers: {},
		body: { errcode: 40013, errmsg: 'invalid corpid' },
	};
	expect(await said(async () => await Promise.resolve(refused))).toMatch(/40013[)）]。请/);
	const cut = Object.assign(new Error('cut'), { code: 'ECONNREFUSED' });
	expect(await said(async () => await Promise.reject(cut))).toMatch(/[)）]。请/);
});

it('has short labels: what a form shows on one line is no longer than it was', () => {
	const width = (text: string) =>
		[...text].reduce((sum, letter) => sum + (CHINESE.test(letter) ? 2 : 1), 0);
	const long = english().flatMap((ours, at) => {
		const theirs = texts(chinese()[at]);
		return [...texts(ours)].filter(([path, words]) => {
			if (!/\.(displayName|name)$/.test(path) || words.includes('<')) return false;
			return width(theirs.get(path)!) > Math.max(24, width(words) * 1.2);
		});
	});
	expect(long.map(([, words]) => [words, table[words]])).toEqual([]);
});

it('has what a text is filled with, and its markup', () => {
	const parts = (text: string, pattern: RegExp) => (text.match(pattern) ?? []).sort();
	const broken = Object.entries(table).filter(([english, words]) => {
		if (!words) return false;
		const known = new Set(parts(english, /\{\d+\}/g));
		return (
			parts(words, /\{\d+\}/g).some((part) => !known.has(part)) ||
			`${parts(words, /\{[a-z]+\}|<\/?[a-z]+|https?:\/\/[\w./-]*[\w/]/g)}` !==
				`${parts(english, /\{[a-z]+\}|<\/?[a-z]+|https?:\/\/[\w./-]*[\w/]/g)}`
		);
	});
	expect(broken).toEqual([]);
});

it('speaks as people write: full-width marks after Chinese, and 您', () => {
	const wrong = Object.entries(table).filter(
		([, words]) => /[\u4e00-\u9fff][,;:?!](?![\w/])|你|。。|，，/.test(words) || SAME.has(words),
	);
	expect(wrong).toEqual([]);
});
