import ts from 'typescript';

/** What the house rules ask about one source file; comments and texts do not count. */
export interface SourceFacts {
  /** Every module that the file names: imports, exports from, dynamic imports, types by `import()`, `require`. */
  imports: readonly string[];
  onlyReExports: boolean;
  usesForwardRef: boolean;
  readsEnvironment: boolean;
}

/** Reads the syntax tree of a TypeScript text. */
export function readSource(path: string, text: string): SourceFacts {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: string[] = [];
  let usesForwardRef = false;
  let readsEnvironment = false;
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined) imports.push(specifier);
    usesForwardRef ||= ts.isIdentifier(node) && node.text === 'forwardRef';
    readsEnvironment ||= isEnvironment(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  const isReExport = (node: ts.Statement) => ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined;
  const onlyReExports = file.statements.length > 0 && file.statements.every(isReExport);
  return { imports, onlyReExports, usesForwardRef, readsEnvironment };
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return textOf(node.moduleSpecifier);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return textOf(node.argument.literal);
  if (!ts.isCallExpression(node)) return undefined;
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
  return isImport || isRequire ? textOf(node.arguments[0]) : undefined;
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}

/** `process.env`, `process['env']`, `{ env } = process` and `import { env } from 'node:process'`. */
function isEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return isProcess(node.expression) && node.name.text === 'env';
  if (ts.isElementAccessExpression(node))
    return isProcess(node.expression) && textOf(node.argumentExpression) === 'env';
  if (ts.isVariableDeclaration(node) && node.initializer !== undefined && isProcess(node.initializer)) {
    return ts.isObjectBindingPattern(node.name) && node.name.elements.some((one) => nameOf(one) === 'env');
  }
  if (!ts.isImportSpecifier(node)) return false;
  const from = textOf(node.parent.parent.parent.moduleSpecifier);
  return (from === 'process' || from === 'node:process') && nameOf(node) === 'env';
}

function isProcess(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node))
    return node.name.text === 'process' && node.expression.getText() === 'globalThis';
  return ts.isIdentifier(node) && node.text === 'process';
}

/** The name that is taken, whatever it is called afterwards. */
function nameOf(node: ts.BindingElement | ts.ImportSpecifier): string {
  return (node.propertyName ?? node.name).getText();
}
