import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { lackOf } from '../../../nodes/WecomLoginTrigger/settings';

const app = { corpId: 'ww1', corpSecret: 's', agentId: '1000002' };
const suite = { suiteId: 'ww2', suiteSecret: 's' };
type Parameters = Record<string, unknown>;
const lack = (
	parameters: Parameters,
	credentials: ICredentialDataDecryptedObject = app,
	type = 'wecomApi',
) => lackOf((name, fallback) => parameters[name] ?? fallback, type, credentials)?.[0];

describe('what is missing is said when the workflow is published', () => {
	it.each<[string, Parameters]>([
		['a page', {}],
		['a redirect', { answer: 'redirect', redirectUrl: 'https://a.example/x' }],
		['only return_to', { answer: 'redirect', allowedHosts: 'a.example' }],
		['the workflow answers', { answer: 'workflow' }],
		['a file', { options: { verificationFile: 'WW_verify_aB1.txt', verificationContent: 'aB1' } }],
		['hosts that do not count', { answer: 'page', allowedHosts: 'a/b' }],
	])('nothing: %s', (_, parameters) => {
		expect(lack(parameters)).toBeUndefined();
	});

	it.each<[Parameters, RegExp]>([
		[{ answer: 'redirect' }, /both|are empty/],
		[
			{ answer: 'redirect', redirectUrl: 'a.example', allowedHosts: 'a.example' },
			/not a web address/,
		],
		[{ answer: 'redirect', redirectUrl: 'javascript:alert(1)' }, /not a web address/],
		[{ answer: 'workflow', allowedHosts: 'a.example, b/c' }, /not a host: b\/c/],
		[
			{ answer: 'redirect', redirectUrl: 'https://a.example', signJwt: true },
			/Login JWT Key.*empty/,
		],
		[{ options: { verificationFile: 'WW_verify_aB1.txt' } }, /name and a content/],
		[{ options: { verificationContent: 'aB1' } }, /name and a content/],
		[
			{ options: { verificationFile: '../../etc/passwd', verificationContent: 'x' } },
			/not the name of such a file/,
		],
	])('%j', (parameters, message) => {
		expect(lack(parameters)).toMatch(message);
	});

	it('in the credential', () => {
		expect(lack({}, { ...app, corpSecret: '' })).toMatch(/no secret/);
		expect(lack({}, { ...app, agentId: ' ' })).toMatch(/no Agent ID/);
		expect(lack({}, suite, 'wecomSuiteApi')).toBeUndefined();
		expect(lack({}, { ...suite, suiteSecret: '' }, 'wecomSuiteApi')).toMatch(/no secret/);
		const template = { ...suite, suiteId: 'dk2' };
		expect(lack({}, template, 'wecomSuiteApi')).toMatch(/Act as Company/);
		const actAsCompany = { __rl: true, mode: 'id', value: 'ww3' };
		expect(lack({ actAsCompany }, template, 'wecomSuiteApi')).toBeUndefined();
		expect(lack({ actAsCompany: { mode: 'list', value: '' } }, template, 'wecomSuiteApi')).toMatch(
			/Act as Company/,
		);
	});
});
