/** What n8n hides where executions are shown: every token, ticket and code that WeCom answers with. */
import type { INodeTypeDescription } from 'n8n-workflow';
import { Wecom } from '../../../nodes/Wecom/Wecom.node';
import { WecomTrigger } from '../../../nodes/WecomTrigger/WecomTrigger.node';
import catalog from '../../fixtures/catalog-facts.json';
import callbacks from '../../fixtures/callback-samples.json';

interface Fact {
	name: string;
	type?: string;
	fields?: Fact[];
}
const SECRET =
	/(access_token|^ticket|_ticket|permanent_code|session_key|tfa_code|device_secret|cookie_value)$/;

const hidden = ({ description }: { description: INodeTypeDescription }) =>
	new Set((description as { sensitiveOutputFields?: string[] }).sensitiveOutputFields);

/** The paths of secrets outside lists. */
const secretsOf = (fields: Fact[] = [], before = ''): string[] =>
	fields.flatMap(({ name, type, fields: inner }) => [
		...(SECRET.test(name) ? [before + name] : []),
		...(type === 'object' ? secretsOf(inner, `${before}${name}.`) : []),
	]);

it('the WeCom node marks those of every endpoint', () => {
	const all = (catalog as unknown as { endpoints: Array<{ response: Fact[] }> }).endpoints;
	const secrets = new Set(all.flatMap(({ response }) => secretsOf(response)));
	expect(secrets.size).toBeGreaterThan(10);
	expect([...secrets].filter((path) => !hidden(new Wecom()).has(path))).toEqual([]);
});

it('the WeCom Trigger marks those of a suite', () => {
	const names = new Set(
		JSON.stringify(callbacks).match(/\b(SuiteTicket|AuthCode|permanent_code)\b/g),
	);
	expect(names.size).toBeGreaterThan(1);
	expect([...hidden(new WecomTrigger())]).toEqual(
		expect.arrayContaining([...names, 'wecom.company.permanentCode']),
	);
});
