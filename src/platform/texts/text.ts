import { type Language, type Texts } from '#src/platform/languages.js';

/** The names between braces in a text: `ParamNames<'{dossier} is {status}.'>` is `'dossier' | 'status'`. */
export type ParamNames<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamNames<Rest>
  : never;

/** One kind of problem: the HTTP status, what it is called, and what is said about one case of it. */
export interface ErrorText<Detail extends string = string> {
  readonly status: number;
  readonly title: Texts;
  readonly detail: Texts & { readonly en: Detail };
}

/** One kind of warning: something was saved, and this should be known about it. */
export interface WarningText<Message extends string = string> {
  readonly message: Texts & { readonly en: Message };
}

/** The order is always English, French, Dutch, German. */
type InOrder<English extends string = string> = readonly [en: English, fr: string, nl: string, de: string];

/** Declares a problem. The English detail is kept as a literal, so that the compiler knows its parameters. */
export function error<const Detail extends string>(
  status: number,
  title: InOrder,
  detail: InOrder<Detail>,
): ErrorText<Detail> {
  return { status, title: texts(title), detail: texts(detail) };
}

/** Declares a warning; as with {@link error}, the parameters come from the English text. */
export function warn<const Message extends string>(...message: InOrder<Message>): WarningText<Message> {
  return { message: texts(message) };
}

function texts<English extends string>([en, fr, nl, de]: InOrder<English>): Texts & { readonly en: English } {
  return { en, fr, nl, de };
}

/** A parameter may come from a request: an answer does not repeat more of it than a reader needs. */
const maxParamLength = 200;

/**
 * Fills in a text's parameters.
 *
 * @param all the text in every language
 * @param params values by name; a name without a value is left out
 */
export function fill(all: Texts, language: Language, params: Readonly<Record<string, unknown>>): string {
  return all[language].replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(params, name) ? params[name] : '';
    const text = typeof value === 'string' ? value : String(value);
    return text.length > maxParamLength ? `${text.slice(0, maxParamLength)}…` : text;
  });
}
