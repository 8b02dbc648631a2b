// Compares a schema with the last released one: prints what is breaking and what is dangerous, and ends with 1 where anything
// is breaking. What the release had deprecated may go.
import { readFile } from "node:fs/promises";
import process from "node:process";

import { ChangeType, CriticalityLevel, diff, DiffRule } from "@graphql-inspector/core";
import {
  buildSchema,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isUnionType,
} from "graphql";

const fieldsOf = (type) =>
  isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? Object.values(type.getFields()) : [];

// The names of all types that something not deprecated leads to.
function typesInUse(schema) {
  const used = new Set();
  for (const type of Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type))) {
    for (const element of fieldsOf(type).flatMap((field) => [field, ...(field.args ?? [])])) {
      if (element.deprecationReason == null) used.add(getNamedType(element.type).name);
    }
    if (isUnionType(type)) type.getTypes().forEach(({ name }) => used.add(name));
    if (isObjectType(type) && type.getInterfaces().length > 0) used.add(type.name);
  }
  return used;
}

function argumentAt(schema, path) {
  const [type, field, argument] = path.split(".");
  return schema.getType(type)?.getFields()[field]?.args.find(({ name }) => name === argument);
}

// Inspector's own rule for what was deprecated, and what it lacks: it forgets arguments and lets every type go.
function removalOfDeprecated(context) {
  const { changes, oldSchema } = context;
  const used = typesInUse(oldSchema);
  return DiffRule.suppressRemovalOfDeprecatedField(context).map((change, index) => {
    if (change.type === ChangeType.TypeRemoved && used.has(change.path)) return changes[index];
    const wasDeprecated =
      change.type === ChangeType.FieldArgumentRemoved && argumentAt(oldSchema, change.path)?.deprecationReason != null;
    return wasDeprecated ? { ...change, criticality: { level: CriticalityLevel.Dangerous } } : change;
  });
}

const [released, present] = await Promise.all(
  process.argv.slice(2).map(async (path) => buildSchema(await readFile(path, "utf8"))),
);
const changes = await diff(released, present, [removalOfDeprecated]);
const at = (level) => changes.filter(({ criticality }) => criticality.level === level);
const breaking = at(CriticalityLevel.Breaking);
for (const { message } of breaking) console.log(`breaking: ${message}`);
for (const { message } of at(CriticalityLevel.Dangerous)) console.log(`dangerous: ${message}`);
process.exitCode = breaking.length > 0 ? 1 : 0;
