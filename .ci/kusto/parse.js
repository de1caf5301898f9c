// Parses and analyses KQL with Microsoft's own parser. Standard input: {"tables": {name: {column: type}},
// "queries": [{"id", "text"}]}; standard output: [{"id", "columns": {name: type}, "problems": [{"line", "text", "message"}]}].
const fs = require("fs"), path = require("path"), vm = require("vm");

const root = path.join(process.argv[2], "node_modules/@kusto/language-service-next");
for (const file of ["bridge.min.js", "Kusto.Language.Bridge.min.js"])
  vm.runInThisContext(fs.readFileSync(path.join(root, file), "utf8"), file);

const { Kusto, Bridge, System } = globalThis;
const Symbols = Kusto.Language.Symbols;
const input = JSON.parse(fs.readFileSync(0, "utf8"));

function listOf(type, items) {
  const list = new (System.Collections.Generic.List$1(type).ctor)();
  items.forEach((item) => list.add(item));
  return list;
}

const tables = Object.entries(input.tables).map(([name, columns]) =>
  Symbols.TableSymbol.From("(" + Object.entries(columns).map(([column, type]) => `['${column}']:${type}`).join(", ") + ")")
    .WithName(name));
const database = new Symbols.DatabaseSymbol.$ctor1("workspace", listOf(Symbols.Symbol, tables));
const globals = Kusto.Language.GlobalState.Default.WithDatabase(database);

const answers = input.queries.map(({ id, text }) => {
  const code = Kusto.Language.KustoCode.ParseAndAnalyze(text, globals);
  const problems = Bridge.toArray(code.GetDiagnostics())
    .filter((problem) => problem.Severity === "Error")
    .map((problem) => ({
      line: text.slice(0, problem.Start).split("\n").length,
      text: text.substr(problem.Start, problem.Length),
      message: problem.Message,
    }));
  const type = code.ResultType;
  const columns = {};
  if (type && type.Columns) Bridge.toArray(type.Columns).forEach((column) => (columns[column.Name] = column.Type.Name));
  return { id, columns, problems };
});
process.stdout.write(JSON.stringify(answers));
