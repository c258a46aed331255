/**
 * Where the package has texts, and how an edition in another language gets its own: the compiler is given a step that puts the
 * words of a table in place of those in the source. English stays the source and the key; nothing but texts changes.
 */
import path from 'node:path';
import ts from 'typescript';
import { NOT_TEXTS, SHORT_TEXTS } from './rules.cts';

/**
 * English text, with `{0}`, `{1}` for what is worked out at run time, and what an edition says instead. A word that means another thing
 * somewhere has a second entry, with a folder or file behind it: `Position|nodes/WecomChatArchiveTrigger`.
 */
export type Table = Record<string, string>;

/** What the edition says for a text in a file; '' when it says nothing. */
export function wordsFor(table: Table, text: string, file: string): string {
	for (let at = file; at.includes('/'); at = at.slice(0, at.lastIndexOf('/'))) {
		const words = table[`${text}|${at}`];
		if (words) return words;
	}
	return table[text] ?? '';
}

/** A text and the places where it stands. */
export type Found = Map<string, string[]>;

const root = path.resolve(__dirname, '../..');

/** Properties and parameters that hold texts, so that a single word in them is one, too. */
const TEXT_NAMES = new Set([
	'displayName',
	'description',
	'action',
	'placeholder',
	'hint',
	'label',
	'message',
	'row',
	'title',
	'header',
	'what',
	'wanted',
	'unit',
	'accepts',
	'intro',
]);
/** A `name` is a text when one of these stands beside it: then it is that of a choice. */
const BESIDE_LABEL = new Set(['value', 'on', 'action', 'docsUrl']);
const PROSE = /[A-Za-z]{2}[^A-Za-z]* [^A-Za-z]*[A-Za-z]{2}/;
const CHINESE = /[\u3400-\u9fff]/;
const WORD = /[A-Za-z]{2}/;

type TextNode = ts.StringLiteral | ts.NoSubstitutionTemplateLiteral | ts.TemplateExpression;

const isTextNode = (node: ts.Node): node is TextNode =>
	ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);

/** The package as the compiler sees it. */
export function packageProgram(options: ts.CompilerOptions = {}): ts.Program {
	const config = ts.getParsedCommandLineOfConfigFile(
		path.join(root, 'tsconfig.json'),
		{ rootDir: root, ...options },
		{
			...ts.sys,
			onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
				throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
			},
		},
	)!;
	return ts.createProgram(config.fileNames, config.options);
}

const ownFiles = (program: ts.Program) =>
	program
		.getSourceFiles()
		.filter(({ fileName }) => fileName.startsWith(root) && /(?<!\.d)\.ts$/.test(fileName))
		.filter(({ fileName }) => !fileName.includes('/node_modules/'));

const pathOf = ({ fileName }: ts.SourceFile) =>
	path.relative(root, fileName).split(path.sep).join('/');

/** Every text in the code of the package. */
export function textsInCode(program: ts.Program): Found {
	const found: Found = new Map();
	const checker = program.getTypeChecker();
	for (const file of ownFiles(program)) {
		const visit = (node: ts.Node): void => {
			if (isTextNode(node) && isText(node, file, checker)) {
				const { line } = file.getLineAndCharacterOfPosition(node.getStart());
				const places = found.get(keyOf(node)) ?? [];
				found.set(keyOf(node), [...places, `${pathOf(file)}:${line + 1}`]);
			}
			ts.forEachChild(node, visit);
		};
		visit(file);
	}
	return found;
}

/** The compiler's step that puts the words of the table in place. A text without an entry stays as it is. */
export function translating(
	program: ts.Program,
	table: Table,
): ts.TransformerFactory<ts.SourceFile> {
	const checker = program.getTypeChecker();
	return (context) => (file) => {
		if (!file.fileName.endsWith('.ts')) return file;
		const visit = (node: ts.Node): ts.Node => {
			if (isTextNode(node) && isText(node, file, checker)) {
				const words = wordsFor(table, keyOf(node), pathOf(file));
				if (words) return worded(node, words);
			}
			if (ts.isPropertyAssignment(node) && nameOf(node) === 'usableAsTool')
				return ownToolName(node);
			return ts.visitEachChild(node, visit, context);
		};
		/** The expression for a text in the other language: the same values, in the order in which its words need them. */
		const worded = (node: TextNode, words: string): ts.Expression => {
			if (!ts.isTemplateExpression(node)) return ts.factory.createStringLiteral(words);
			const [head, ...rest] = words.split(/\{(\d+)\}/);
			if (rest.length === 0) return ts.factory.createStringLiteral(head);
			const spans: ts.TemplateSpan[] = [];
			for (let at = 0; at < rest.length; at += 2) {
				const { expression } = node.templateSpans[Number(rest[at])];
				const last = at + 2 >= rest.length;
				spans.push(
					ts.factory.createTemplateSpan(
						ts.visitNode(expression, visit) as ts.Expression,
						last
							? ts.factory.createTemplateTail(rest[at + 1])
							: ts.factory.createTemplateMiddle(rest[at + 1]),
					),
				);
			}
			return ts.factory.createTemplateExpression(ts.factory.createTemplateHead(head), spans);
		};
		return ts.visitNode(file, visit) as ts.SourceFile;
	};
}

/**
 * n8n names a tool after its action, and keeps of the name what an AI model may take: of Chinese nothing, so that all tools would have
 * one name. Without it they are called by the node: "WeCom", "WeCom1".
 */
const ownToolName = (property: ts.PropertyAssignment) => {
	const { factory: make } = ts;
	const entry = (name: string, value: ts.Expression) =>
		make.createObjectLiteralExpression([make.createPropertyAssignment(name, value)]);
	const replacements = entry('replacements', entry('skipNameGeneration', make.createTrue()));
	return make.updatePropertyAssignment(property, property.name, replacements);
};

function keyOf(node: TextNode): string {
	if (!ts.isTemplateExpression(node)) return node.text;
	return node.templateSpans.reduce(
		(text, { literal }, at) => `${text}{${at}}${literal.text}`,
		node.head.text,
	);
}

function isText(node: TextNode, file: ts.SourceFile, checker: ts.TypeChecker): boolean {
	const text = keyOf(node);
	const words = text.replace(/\{\w+\}/g, '');
	const { parent, child } = place(node);
	if (!standsAlone(node) || !standsAlone(child) || isOfTwoLanguages(child)) return false;
	if (SHORT_TEXTS[pathOf(file)]?.includes(text)) return true;
	if (text.startsWith('e.g. ')) return true;
	if (!WORD.test(words) || NOT_TEXTS.some((rule) => rule.test(text))) return false;
	if (completes(node)) return true;
	if (PROSE.test(words)) return true;
	if (CHINESE.test(words)) return false;
	if (ts.isPropertyAssignment(parent) && /^(singular|plural)$/.test(nameOf(parent))) return true;
	if (/^[a-z]+:|^\/|^[\w.-]+\/|^[a-z_]+$|^[a-z]+[A-Z]\w*$/.test(text)) return false;
	if (ts.isPropertyAssignment(parent)) return isTextProperty(parent);
	if (ts.isCallExpression(parent)) {
		const parameter = parameterOf(parent, child, checker);
		return parameter !== undefined && TEXT_NAMES.has(parameter);
	}
	return false;
}

/** The place where a text is used, past the expressions that only choose between texts or join them. */
function place(node: ts.Node): { parent: ts.Node; child: ts.Node } {
	let child = node;
	for (;;) {
		const { parent } = child;
		const passes =
			ts.isParenthesizedExpression(parent) ||
			(ts.isConditionalExpression(parent) && parent.condition !== child) ||
			(ts.isBinaryExpression(parent) &&
				['+', '??', '||'].includes(parent.operatorToken.getText())) ||
			ts.isTemplateSpan(parent) ||
			ts.isTemplateExpression(parent) ||
			isTrim(parent);
		if (!passes) return { parent, child };
		child = parent;
	}
}

/** Functions that derive keys. What they are given is no text: both editions must derive the same keys. */
const DERIVES = /\b(derivedKey|hkdfSync)$/;

/** Whether a string is said as it is: it is neither a name nor something that a value is compared with. */
function standsAlone(node: ts.Node): boolean {
	const { parent } = node;
	if (ts.isPropertyAssignment(parent)) return parent.name !== node;
	return !(
		ts.isImportDeclaration(parent) ||
		ts.isExportDeclaration(parent) ||
		ts.isLiteralTypeNode(parent) ||
		ts.isElementAccessExpression(parent) ||
		ts.isCaseClause(parent) ||
		ts.isTaggedTemplateExpression(parent) ||
		(ts.isCallExpression(parent) && DERIVES.test(parent.expression.getText())) ||
		(ts.isBinaryExpression(parent) && /^[!=]==?$/.test(parent.operatorToken.getText())) ||
		(ts.isNewExpression(parent) && parent.expression.getText() === 'RegExp')
	);
}

const nameOf = (property: ts.PropertyAssignment) => property.name.getText().replace(/['"]/g, '');

/** Whether it is a word that a sentence takes as the case may be, such as in `${count === 1 ? 'minute' : 'minutes'}`. */
function completes(node: ts.Node): boolean {
	let at = node.parent;
	if (!ts.isConditionalExpression(at)) return false;
	while (ts.isConditionalExpression(at) || ts.isParenthesizedExpression(at)) at = at.parent;
	if (!ts.isTemplateSpan(at)) return false;
	const sentence = keyOf(at.parent);
	return (
		PROSE.test(sentence.replace(/\{\w+\}/g, '')) && !NOT_TEXTS.some((rule) => rule.test(sentence))
	);
}

/** Whether a node is the `trim` of `text.trim()`, seen from the text. */
const isTrim = (node: ts.Node) =>
	(ts.isPropertyAccessExpression(node) && node.name.text === 'trim') ||
	(ts.isCallExpression(node) && node.arguments.length === 0 && isTrimmed(node.expression));
const isTrimmed = (node: ts.Node) =>
	ts.isPropertyAccessExpression(node) && node.name.text === 'trim';

/**
 * Whether a text has to stay as it is: the default of a value, or a text of pages and cards, which come in two languages already.
 */
function isOfTwoLanguages(node: ts.Node): boolean {
	const { parent } = node;
	if (ts.isPropertyAssignment(parent) && nameOf(parent) === 'default') return true;
	for (let at = node; at; at = at.parent) {
		if (ts.isPropertyAssignment(at) && ['en', 'defaults'].includes(nameOf(at))) return true;
		if (ts.isArrayLiteralExpression(at) && at.elements.some(isChinese)) return true;
	}
	return false;
}

const isChinese = (node: ts.Node): boolean =>
	ts.isArrayLiteralExpression(node)
		? node.elements.some(isChinese)
		: ts.isStringLiteralLike(node) && CHINESE.test(node.text) && !PROSE.test(node.text);

function isTextProperty(property: ts.PropertyAssignment): boolean {
	const name = nameOf(property);
	if (TEXT_NAMES.has(name)) return true;
	if (name !== 'name') return false;
	const others = property.parent.properties.map((it) => it.name?.getText() ?? '');
	return others.some((it) => BESIDE_LABEL.has(it)) && !others.includes('displayName');
}

function parameterOf(
	call: ts.CallExpression,
	argument: ts.Node,
	checker: ts.TypeChecker,
): string | undefined {
	const at = call.arguments.indexOf(argument as ts.Expression);
	const parameters = checker.getResolvedSignature(call)?.parameters ?? [];
	return parameters[Math.min(at, parameters.length - 1)]?.name;
}
