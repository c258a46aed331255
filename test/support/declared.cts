/** The nodes and credentials that package.json declares: what a test must hold for all of them, it holds for new ones, too. */
import { basename, join } from 'node:path';
import type { ICredentialType, INodeType } from 'n8n-workflow';
import manifest from '../../package.json';
import { repoRoot } from './paths.cts';

/** The source of a built file that package.json names, below the checkout, without its ending. */
const sourceOf = (built: string) => built.replace(/^dist\//, '').replace(/\.js$/, '');

function load<T>(built: string): T {
	const source = sourceOf(built);
	const [className] = basename(source).split('.');
	const loaded = require(join(repoRoot, `${source}.ts`)) as Record<string, new () => T>;
	return new loaded[className]();
}

/** Every node of the package, from its source. */
export const declaredNodes = () => manifest.n8n.nodes.map((built) => load<INodeType>(built));

/** Every credential of the package, from its source. */
export const declaredCredentials = () =>
	manifest.n8n.credentials.map((built) => load<ICredentialType>(built));
