/**
 * From the config's JSON schema to the controls of the settings drawer, so that the page never
 * lists the config's fields a second time. Understands what a Rust type generates: $ref, numbers
 * with ranges, booleans, unions of constants, and unions of tagged objects; anything else is
 * edited as JSON.
 */
import { asText, getPath, isObject, type Json, type JsonObject } from './json.ts';
import { labelOf } from './label.ts';
import { msg } from '../words/locale.ts';

export interface Choice {
  label: string;
  description: string;
  /** What is written when it is chosen. */
  value: Json;
}

interface Base {
  path: string;
  label: string;
  description: string;
  value: Json;
}

export type Control =
  | (Base & {
      kind: 'number';
      integer: boolean;
      optional: boolean;
      min?: number;
      max?: number;
      /** What it counts, such as “samples”. */
      unit?: string;
    })
  | (Base & { kind: 'toggle' })
  | (Base & { kind: 'choice'; choices: Choice[]; chosen: number })
  | (Base & { kind: 'text' })
  | (Base & {
      kind: 'list';
      items: ListItem[];
      /** What can be put in. */
      choices: Choice[];
      /** The same control with another list. */
      of: (value: Json[]) => Control;
    })
  | (Base & { kind: 'json' });

/** One element of a list whose elements are of several kinds, such as a layer. */
export interface ListItem {
  label: string;
  description: string;
  value: JsonObject;
  /** Its own fields, by paths that begin with the list's and the element's number. */
  controls: Control[];
}

export interface ControlGroup {
  /** The top-level field that the controls belong to; empty for plain fields. */
  key: string;
  title: string;
  description: string;
  controls: Control[];
}

/** Fields that have their own place on the page. */
const ELSEWHERE = new Set(['preset', 'model', 'seed', 'backend', 'version']);

/** Kinds that a name does not choose: a person's own images have to be given, under “Your data”. */
const GIVEN: ReadonlySet<Json> = new Set(['own_images']);

/** Controls that need a heading of their own. */
const LARGE: ReadonlySet<Control['kind']> = new Set(['json', 'list']);

export class SchemaReader {
  constructor(private readonly root: JsonObject) {}

  /** Whether a dotted path names a field of the config (in any variant of a union). */
  knows(path: string): boolean {
    let here: JsonObject[] = [this.root];
    for (const key of path.split('.')) {
      here = here.flatMap((node) => this.#fieldsNamed(node, key));
      if (here.length === 0) return false;
    }
    return true;
  }

  groups(config: Json): ControlGroup[] {
    const plain: ControlGroup = { key: '', title: '', description: '', controls: [] };
    const groups: ControlGroup[] = [];
    for (const [key, schema] of this.#properties(this.#kindOf(config))) {
      if (ELSEWHERE.has(key)) continue;
      const value = getPath(config, key);
      if (value === undefined) continue;
      const controls = this.#controls(key, key, schema, value);
      const [only] = controls;
      if (controls.length === 1 && only && !LARGE.has(only.kind)) plain.controls.push(only);
      else if (controls.length > 0) {
        const description = textOf(this.#resolve(schema));
        groups.push({ key, title: labelOf(key), description, controls });
      }
    }
    return plain.controls.length ? [plain, ...groups] : groups;
  }

  /** The schema of a config's kind of model; a config that does not say is of the first kind. */
  #kindOf(config: Json): JsonObject {
    const kinds = this.#variants(this.root);
    const named = kinds.find((kind) =>
      this.#properties(kind).some(
        ([key, field]) => key === 'model' && field.const === getPath(config, 'model'),
      ),
    );
    return named ?? kinds[0] ?? this.root;
  }

  /** Follows $ref (also as the only member of allOf); a description beside the $ref wins. */
  #resolve(schema: JsonObject): JsonObject {
    const all = schema.allOf;
    const reference =
      schema.$ref ?? (Array.isArray(all) && isObject(all[0]) ? all[0].$ref : undefined);
    if (typeof reference !== 'string' || !reference.startsWith('#/')) return schema;
    let target: Json | undefined = this.root;
    for (const key of reference.slice(2).split('/'))
      target = isObject(target) ? target[key] : undefined;
    return isObject(target) ? { ...this.#resolve(target), ...withoutReference(schema) } : schema;
  }

  #properties(schema: JsonObject): [string, JsonObject][] {
    const { properties } = this.#resolve(schema);
    return isObject(properties)
      ? Object.entries(properties).filter((entry): entry is [string, JsonObject] =>
          isObject(entry[1]),
        )
      : [];
  }

  #variants(schema: JsonObject): JsonObject[] {
    const { oneOf, anyOf } = schema;
    const list = Array.isArray(oneOf) ? oneOf : Array.isArray(anyOf) ? anyOf : [];
    // A union of unions (toys or images, each of several kinds) is one list to choose from.
    return list.filter(isObject).flatMap((variant) => {
      const resolved = this.#resolve(variant);
      const inner = this.#properties(resolved).length ? [] : this.#variants(resolved);
      return inner.length ? inner : [resolved];
    });
  }

  #fieldsNamed(node: JsonObject, key: string): JsonObject[] {
    const schema = this.#resolve(node);
    return [schema, ...this.#variants(schema)].flatMap((candidate) =>
      this.#properties(candidate).flatMap(([name, field]) => (name === key ? [field] : [])),
    );
  }

  #controls(path: string, key: string, raw: JsonObject, value: Json): Control[] {
    const schema = this.#resolve(raw);
    const base: Base = { path, label: labelOf(key), description: textOf(schema), value };
    const variants = this.#variants(schema).filter((variant) => variant.type !== 'null');
    const objects = variants.filter((variant) => this.#properties(variant).length > 0);
    const [object] = objects;
    if (object && variants.length < this.#variants(schema).length) {
      return this.#optional(base, object, value);
    }
    if (objects.length > 0 && isObject(value)) return this.#union(base, objects, value);
    const constants = constantsOf(schema, variants);
    if (constants.length > 0) {
      const chosen = constants.findIndex((choice) => choice.value === value);
      return [{ ...base, kind: 'choice', choices: constants, chosen }];
    }
    const [only] = variants;
    // An optional field is a union of one type and null.
    if (only && variants.length === 1) {
      return this.#controls(path, key, { ...only, description: base.description }, value);
    }
    if (typeof value === 'boolean') return [{ ...base, kind: 'toggle' }];
    if (typeof value === 'number' || (value === null && isNumeric(schema))) {
      return [numberControl(base, schema)];
    }
    if (typeof value === 'string') return [{ ...base, kind: 'text' }];
    if (isObject(value)) return this.#fields(path, schema, value);
    if (Array.isArray(value) && isObject(schema.items))
      return [this.#list(base, schema.items, value)];
    return [{ ...base, kind: 'json' }];
  }

  /** A list of tagged objects: each with its fields, and what else could be put in. */
  #list(base: Base, element: JsonObject, value: Json[]): Control {
    const tagged = this.#variants(this.#resolve(element)).flatMap((variant) =>
      this.#tagged(variant),
    );
    const items = value.flatMap((item, i): ListItem[] => {
      const found = isObject(item)
        ? tagged.find(({ tag }) => item[tag.key] === tag.value)
        : undefined;
      if (!found || !isObject(item)) return [];
      const controls = this.#fields(`${base.path}.${i}`, found.variant, item);
      return [{ ...this.#choice(found, {}), value: item, controls }];
    });
    if (tagged.length === 0 || items.length < value.length) return { ...base, kind: 'json' };
    const choices = tagged.map((one) => this.#choice(one, {}));
    const of = (next: Json[]): Control => this.#list({ ...base, value: next }, element, next);
    return { ...base, kind: 'list', items, choices, of };
  }

  #fields(path: string, schema: JsonObject, value: JsonObject): Control[] {
    return this.#properties(schema).flatMap(([key, field]) => {
      const inner = value[key];
      return inner === undefined || field.const !== undefined
        ? []
        : this.#controls(`${path}.${key}`, key, field, inner);
    });
  }

  /** A part that can be there or not: off, or on with its own fields. */
  #optional(base: Base, object: JsonObject, value: Json): Control[] {
    const on = isObject(value) ? value : this.#valueOf(object, {});
    const choices: Choice[] = [
      { label: msg('Off'), description: base.description, value: null },
      { label: msg('On'), description: base.description, value: on },
    ];
    const control: Control = { ...base, kind: 'choice', choices, chosen: isObject(value) ? 1 : 0 };
    return [control, ...(isObject(value) ? this.#fields(base.path, object, value) : [])];
  }

  /** A union of tagged objects: which one, and then the fields of the chosen one. */
  #union(base: Base, variants: JsonObject[], value: JsonObject): Control[] {
    const tagged = variants
      .flatMap((variant) => this.#tagged(variant))
      .filter(({ tag }) => value[tag.key] === tag.value || !GIVEN.has(tag.value));
    const chosen = tagged.findIndex(({ tag }) => value[tag.key] === tag.value);
    const variant = tagged[chosen]?.variant;
    if (!variant) return [{ ...base, kind: 'json' }];
    const choices = tagged.map((one) => this.#choice(one, value));
    return [
      {
        ...base,
        label: base.path.includes('.') ? base.label : msg('Kind'),
        kind: 'choice',
        choices,
        chosen,
      },
      ...this.#fields(base.path, variant, value),
    ];
  }

  #choice({ variant, tag, description }: Tagged, present: JsonObject): Choice {
    const value = { ...this.#valueOf(variant, present), [tag.key]: tag.value };
    return { label: labelOf(asText(tag.value)), description, value };
  }

  /** A variant by what tells it from others: one constant, or one of several, each of which is a choice of its own. */
  #tagged(variant: JsonObject): Tagged[] {
    const fields = this.#properties(variant);
    const tag = tagOf(fields);
    if (tag) return [{ variant, tag, description: textOf(variant) }];
    const kind = fields.find(([key]) => key === 'kind');
    if (!kind) return [];
    const schema = this.#resolve(kind[1]);
    return constantsOf(schema, this.#variants(schema)).map(({ value, description }) => ({
      variant,
      tag: { key: 'kind', value },
      description: description || textOf(variant),
    }));
  }

  /** A value of a variant: its tag, what it shares with the present value, and defaults. */
  #valueOf(variant: JsonObject, present: JsonObject): JsonObject {
    const value: JsonObject = {};
    for (const [key, raw] of this.#properties(variant)) {
      const field = this.#resolve(raw);
      const next = field.const ?? present[key] ?? field.default ?? placeholder(field);
      if (next !== undefined) value[key] = next;
    }
    return value;
  }
}

function withoutReference(schema: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(schema).filter(([key]) => key !== '$ref' && key !== 'allOf'),
  );
}

/** A first value where the schema gives none: of a required number one, kept in its range; of a list as few as it may have. */
function placeholder(field: JsonObject): Json | undefined {
  if (typesOf(field).includes('array') && isObject(field.items)) {
    const one = placeholder(field.items);
    const fewest = typeof field.minItems === 'number' ? field.minItems : 0;
    return one === undefined ? undefined : Array<Json>(fewest).fill(one);
  }
  if (!isNumeric(field) || typesOf(field).includes('null')) return undefined;
  const { minimum, maximum } = field;
  const low = typeof minimum === 'number' ? minimum : -Infinity;
  const high = typeof maximum === 'number' ? maximum : Infinity;
  return Math.min(high, Math.max(low, 1));
}

function textOf(schema: JsonObject): string {
  const { description, title } = schema;
  const text =
    typeof description === 'string' ? description : typeof title === 'string' ? title : '';
  // Written for Rust's documentation, read here as prose.
  return text.replaceAll(/[`[\]]/g, '');
}

interface Tagged {
  variant: JsonObject;
  tag: Tag;
  description: string;
}

interface Tag {
  key: string;
  value: Json;
}

function tagOf(fields: [string, JsonObject][]): Tag | undefined {
  for (const [key, field] of fields) {
    if (field.const !== undefined) return { key, value: field.const };
  }
  return undefined;
}

function constantsOf(schema: JsonObject, variants: JsonObject[]): Choice[] {
  const listed = (node: JsonObject): Json[] => (Array.isArray(node.enum) ? node.enum : []);
  const choice = (value: Json, description: string): Choice => ({
    label: labelOf(asText(value)),
    description,
    value,
  });
  if (listed(schema).length) return listed(schema).map((value) => choice(value, ''));
  return variants.flatMap((variant) =>
    variant.const !== undefined
      ? [choice(variant.const, textOf(variant))]
      : listed(variant).map((value) => choice(value, textOf(variant))),
  );
}

const typesOf = ({ type }: JsonObject): Json[] => (Array.isArray(type) ? type : [type ?? '']);

const isNumeric = (schema: JsonObject): boolean =>
  typesOf(schema).some((type) => type === 'number' || type === 'integer');

function numberControl(base: Base, schema: JsonObject): Control {
  const bound = (...keys: string[]): number | undefined =>
    keys.map((key) => schema[key]).find((value) => typeof value === 'number');
  const min = bound('minimum', 'exclusiveMinimum');
  const max = bound('maximum', 'exclusiveMaximum');
  return {
    ...base,
    kind: 'number',
    integer: typesOf(schema).includes('integer'),
    optional: typesOf(schema).includes('null'),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(typeof schema['x-unit'] === 'string' ? { unit: schema['x-unit'] } : {}),
  };
}
