/**
 * The floors of the house, read from the imports themselves, those of types included: what may import what, no circle, nothing
 * upwards, and no node imports from another.
 */
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { repoRoot } from '../../support/paths.cts';

const SHARED: Record<string, string[]> = {
	util: [],
	protocol: ['util'],
	credentials: ['protocol', 'util'],
	client: ['credentials', 'protocol', 'util'],
	callback: ['protocol', 'util'],
	chatArchive: ['callback', 'protocol', 'util'],
	bot: ['callback', 'client', 'credentials', 'protocol', 'sendAndWait', 'util'],
	lists: ['client', 'companies', 'protocol', 'util'],
	login: ['client', 'credentials', 'protocol', 'util'],
	companies: ['client', 'credentials', 'protocol', 'util'],
	sendAndWait: ['callback', 'client', 'companies', 'credentials', 'protocol', 'util'],
	customerService: ['client', 'companies', 'credentials', 'protocol', 'util'],
};
/** The rooms of the WeCom node. What stands beside them (the node, its form, what it loads) may use all of them. */
const WECOM: Record<string, string[]> = { engine: [], resources: ['engine'] };
/** The engine knows WeCom's API, but neither callbacks nor bots nor logins. */
const ENGINE_SHARED = ['client', 'companies', 'credentials', 'protocol', 'util'];

const files = ['nodes', 'credentials'].flatMap((folder) =>
	(fs.readdirSync(path.join(repoRoot, folder), { recursive: true }) as string[])
		.map((file) => `${folder}/${file.split(path.sep).join('/')}`)
		.filter((file) => file.endsWith('.ts')),
);
const imports = new Map(files.map((file) => [file, importsOf(file)]));

/** The files of the package that a file imports, in whatever way. */
function importsOf(file: string): string[] {
	const text = fs.readFileSync(path.join(repoRoot, file), 'utf8');
	const found: string[] = [];
	const visit = (node: ts.Node) => {
		const name = nameIn(node);
		if (name?.startsWith('.')) found.push(resolved(file, name));
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
	return found.filter((target) => !target.endsWith('.json'));
}

function nameIn(node: ts.Node): string | undefined {
	if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node))
		return text(node.moduleSpecifier);
	if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
		return text(node.argument.literal);
	if (!ts.isCallExpression(node)) return undefined;
	const loads =
		node.expression.kind === ts.SyntaxKind.ImportKeyword ||
		(ts.isIdentifier(node.expression) && node.expression.text === 'require');
	return loads ? text(node.arguments[0]) : undefined;
}

function text(node?: ts.Node): string | undefined {
	return node && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function resolved(file: string, name: string): string {
	const target = path.posix.join(path.posix.dirname(file), name);
	const found = [target, `${target}.ts`, `${target}/index.ts`].find((candidate) =>
		fs.statSync(path.join(repoRoot, candidate), { throwIfNoEntry: false })?.isFile(),
	);
	if (!found) throw new Error(`${file} imports '${name}', which is not there`);
	return found;
}

interface Place {
	/** `shared`, `credentials` or the folder of a node. */
	house: string;
	/** The folder inside, empty for what stands beside the folders. */
	room: string;
}

function placeOf(file: string): Place {
	const parts = file.split('/');
	if (parts[0] === 'credentials') return { house: 'credentials', room: '' };
	return { house: parts[1], room: parts.length > 3 ? parts[2] : '' };
}

/** Why one place may not import from another, undefined where it may. */
function objection(from: Place, to: Place): string | undefined {
	if (from.house === to.house) {
		if (from.room === to.room || from.house === 'credentials') return undefined;
		const rooms = from.house === 'shared' ? SHARED : from.house === 'Wecom' ? WECOM : undefined;
		if (!rooms || from.room === '') return undefined;
		return rooms[from.room]?.includes(to.room) ? undefined : `${from.room} may not use ${to.room}`;
	}
	if (to.house !== 'shared') return `${from.house} may not use ${to.house}`;
	if (from.house === 'Wecom' && from.room === 'engine' && !ENGINE_SHARED.includes(to.room))
		return `the engine may not use shared/${to.room}`;
	return undefined;
}

it('every folder has a floor', () => {
	const rooms = (house: string) =>
		new Set(files.map(placeOf).flatMap((place) => (place.house === house ? [place.room] : [])));
	expect([...rooms('shared')].sort()).toEqual(Object.keys(SHARED).sort());
	expect([...rooms('Wecom')].filter(Boolean).sort()).toEqual(Object.keys(WECOM).sort());
});

it('imports go down: shared < nodes and credentials, no node uses another', () => {
	const wrong = [...imports].flatMap(([file, targets]) =>
		targets.flatMap((target) => {
			const why = objection(placeOf(file), placeOf(target));
			return why ? [`${file} imports ${target}: ${why}`] : [];
		}),
	);
	expect(wrong).toEqual([]);
});

it('there is no circle', () => {
	const circles: string[] = [];
	const done = new Set<string>();
	const follow = (file: string, way: string[]) => {
		if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' -> '));
		if (done.has(file) || way.includes(file)) return;
		for (const target of imports.get(file) ?? []) follow(target, [...way, file]);
		done.add(file);
	};
	for (const file of files) follow(file, []);
	expect(circles).toEqual([]);
});

it('every file is used: by another, by package.json or by the build', () => {
	const used = new Set([...imports.values()].flat());
	const entries = /\.(node|credentials)\.ts$|^nodes\/Wecom\/(prebuilt|runtime)\.ts$/;
	expect(files.filter((file) => !used.has(file) && !entries.test(file))).toEqual([]);
});

it('every exported name exists once: a word means one thing', () => {
	const EXPORTED = /^export (?:async )?(?:function|const|class|interface|type) (\w+)/gm;
	const places = new Map<string, string[]>();
	for (const file of files) {
		const source = fs.readFileSync(path.join(repoRoot, file), 'utf8');
		for (const [, name] of source.matchAll(EXPORTED))
			places.set(name, [...(places.get(name) ?? []), file]);
	}
	expect(places.size).toBeGreaterThan(500);
	expect([...places].filter(([, found]) => found.length > 1)).toEqual([]);
});
