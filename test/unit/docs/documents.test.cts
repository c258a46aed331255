/** The documents and the output schemas say what the code says. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resources } from '../../../nodes/Wecom/resources';
import { callbackKinds } from '../../../nodes/shared/callback/events';
import { QUOTES, withErrorWords } from '../../../scripts/docs/errors.cts';
import { expectedFiles, leftoverSchemas } from '../../../scripts/docs/index.cts';
import { operationsPage, withOverview } from '../../../scripts/docs/operations.cts';
import { repoRoot } from '../../support/paths.cts';

const expected = expectedFiles();
const read = (file: string) => readFileSync(join(repoRoot, file), 'utf8');

it.each([...expected])('%s is up to date (if not: npm run docs)', (file, text) => {
	expect(existsSync(join(repoRoot, file)) && read(file)).toBe(text);
});

it('there is no schema of an operation that is gone (if there is: npm run docs)', () => {
	expect(leftoverSchemas(expected)).toEqual([]);
});

it('both READMEs have the overview of operations', () => {
	expect(withOverview(read('README.md'))).toContain('| **Approval** |');
	expect(withOverview(read('docs/README.zh-CN.md'), 'zh')).toContain('| **审批（Approval）** |');
});

it('docs/operations.md names every operation with its page', () => {
	const text = operationsPage();
	const missing = resources
		.flatMap(({ operations }) => operations)
		.filter(
			({ name, doc }) => !text.includes(`| ${name} |`) || !text.includes(`/document/path/${doc})`),
		);
	expect(missing).toEqual([]);
});

it('docs/events.md lists every kind of callback', () => {
	const text = expected.get('docs/events.md')!;
	const missing = callbackKinds.filter(
		({ kind, name }) => !text.includes(`\`${kind}\``) || !text.includes(name),
	);
	expect(missing.map(({ kind }) => kind)).toEqual([]);
});

it('counts in the text are corrected', async () => {
	const { withCounts } = await import('../../../scripts/docs/counts.cts');
	const kinds = callbackKinds.length;
	expect(withCounts('1 kinds of messages, 除 1 种消息和事件')).toBe(
		`${kinds} kinds of messages, 除 ${kinds} 种消息和事件`,
	);
	expect(read('README.md')).toContain(`${kinds} kinds`);
});

it('the pages of symptoms quote what the errors in n8n say', () => {
	const row = '| invalid corpid; n8n: *old words* | 40013 | why | what |';
	expect(withErrorWords(row, 'en')).toContain('n8n: *The Corp ID is not valid* | 40013');
	const chinese = '| 不合法的 CorpID；n8n：*old words* | 40013 | 原因 | 处理 |';
	const both =
		'| 不合法的 CorpID；n8n：*The Corp ID is not valid*（中文版：*企业ID 不正确*） | 40013 |';
	expect(withErrorWords(chinese, 'zh')).toContain(both);
	expect(withErrorWords(both, 'zh')).toBe(both);
	for (const file of ['docs/troubleshooting.md', 'docs/zh-CN/troubleshooting.md'])
		expect(read(file).match(QUOTES)?.length).toBeGreaterThan(25);
});

it.each(['docs/chat-archive.md', 'docs/zh-CN/chat-archive.md'])(
	'%s says what to do about every code of the library and state of the bridge',
	(file) => {
		const problems = read('bridge/src/problems.mts');
		const codes = [...problems.matchAll(/^\t(\d{5,6}): /gm)].map(([, code]) => code);
		const [, states] = /export type State =([^;]*);/.exec(problems)!;
		const table = read(file)
			.split('\n')
			.filter((line) => line.startsWith('| '))
			.join('\n');
		expect(codes.length).toBeGreaterThan(20);
		expect(codes.filter((code) => !new RegExp(`\\b${code}\\b`).test(table))).toEqual([]);
		const named = [...states.matchAll(/'(\w+)'/g)].map(([, state]) => state);
		// The last two are said with the code of the library.
		expect(named.slice(0, -2).filter((state) => !table.includes(`\`${state}\``))).toEqual([]);
	},
);
