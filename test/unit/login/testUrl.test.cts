import { asTestUrl } from '../../../nodes/WecomLoginTrigger/login';

it.each([
	['/webhook/login', '/webhook-test/login?return_to=x', '/webhook-test/login'],
	['/n8n/webhook/a/login', '/webhook-test/a/login', '/n8n/webhook-test/a/login'],
	['/hook/login', '/hook-while-testing/login', '/hook-while-testing/login'],
])('the test URL beside %s, asked as %s, is %s', (production, requested, path) => {
	const url = asTestUrl(new URL(`https://n8n.example.com${production}`), requested);
	expect(url.href).toBe(`https://n8n.example.com${path}`);
});
