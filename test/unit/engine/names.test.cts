/** What an operation is called in a workflow's JSON follows from what a person sees, and where it is from what it is called. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { repoRoot } from '../../support/paths.cts';
import { resources } from '../../../nodes/Wecom/resources';

/** Values that n8n's own nodes use for these labels, and that people and agents know. */
const OF_N8N: Record<string, string> = {
	'Get Many': 'getAll',
	'Create or Update': 'upsert',
	'Send and Wait': 'sendAndWait',
};

/** "Get Join QR Code" -> `getJoinQrCode`. */
function camelCase(label: string): string {
	const words = label.replaceAll("'", '').match(/[A-Za-z0-9]+/g) ?? [];
	return words
		.map((word) => word.toLowerCase())
		.map((word, index) => (index === 0 ? word : word[0].toUpperCase() + word.slice(1)))
		.join('');
}

it.each(resources)('$name: values of operations are the camelCase of their labels', (resource) => {
	const expected = resource.operations.map(({ name }) => OF_N8N[name] ?? camelCase(name));
	expect(resource.operations.map(({ value }) => value)).toEqual(expected);
	expect(new Set(expected).size).toBe(expected.length);
});

it('a resource is a module that is called like its value', () => {
	const folder = join(repoRoot, 'nodes/Wecom/resources');
	const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
	const modules = files.map((file) => basename(file, '.ts'));
	expect(resources.map(({ value }) => value).filter((value) => !modules.includes(value))).toEqual(
		[],
	);
});
