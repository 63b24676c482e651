namespace ServerlessInference.Sessions.Prepared;

/// <summary>The positions at which the tables of an <c>.ort</c> file refer to other parts of the file.</summary>
/// <remarks>
/// Source: the schema of ONNX Runtime's own format, version 6 (<c>onnxruntime/core/flatbuffers/schema/ort.fbs</c>), with the fields in
/// declaration order. The encoding is FlatBuffers ("FlatBuffers Internals" in its documentation).
/// </remarks>
internal static class OrtSchema
{
    /// <summary>The identifier at the fifth byte of a file.</summary>
    public static ReadOnlySpan<byte> Identifier => "ORTM"u8;

    /// <summary>The version of the format that is described here, as it is written in a file.</summary>
    public static ReadOnlySpan<byte> Version => "6"u8;

    /// <summary>The content of a field.</summary>
    public enum Kind
    {
        /// <summary>A number, stored in the table itself.</summary>
        Scalar,

        /// <summary>A string, or a vector of numbers or structures.</summary>
        Data,

        /// <summary>A tensor's bytes, which kernels read in place.</summary>
        Weights,

        /// <summary>A vector of strings.</summary>
        Strings,

        /// <summary>A table.</summary>
        Table,

        /// <summary>A vector of tables.</summary>
        Tables,

        /// <summary>One of several tables. The previous field has its number, counted from one.</summary>
        Type,
    }

    /// <summary>Gets the root table. Its first field is the version.</summary>
    public static Table Session { get; } = CreateSession();

    private static Field Number => new(Kind.Scalar);

    private static Field Data => new(Kind.Data);

    private static Field Strings => new(Kind.Strings);

    private static Table CreateSession()
    {
        var typeInfo = new Table();
        var shape = new Table(Many(new Table(One(new Table(Number, Number, Data)), Data)));
        typeInfo.Fields =
        [
            Data,
            Number,
            new Field(Kind.Type, new Table(Number, One(shape)), new Table(One(typeInfo)), new Table(Number, One(typeInfo))),
        ];

        // The last field of a tensor is for training: the position of its bytes in a separate file.
        var tensor = new Table(Data, Data, Data, Number, new Field(Kind.Weights), Strings, Number);
        var sparse = new Table(One(tensor), One(tensor), Data);
        var graph = new Table();
        var attribute = new Table(
            Data, Data, Number, Number, Number, Data, One(tensor), One(graph), Data, Data, Strings, Many(tensor), Many(graph));
        var node = new Table(
            Data, Data, Data, Number, Number, Data, Number, Data, Strings, Strings, Many(attribute), Data, Strings);
        var record = new Table(
            Data,
            One(new Table(Data, Number, Number, Number, Number, Number, Number)),
            Many(new Table(Number, Number)),
            Strings);
        graph.Fields =
        [
            Many(tensor),
            Many(new Table(Data, Data, One(typeInfo))),
            Many(node),
            Number,
            Many(new Table(Number, Data, Data)),
            Strings,
            Strings,
            Many(sparse),
            One(new Table(Many(new Table(Data, Many(record))))),
        ];
        var model = new Table(
            Number, Many(new Table(Data, Number)), Data, Data, Data, Number, Data, One(graph), Data, Many(new Table(Data, Data)));
        var resolver = new Table(Many(new Table(Data, Many(new Table(Data, Many(new Table(Number, Number)))))));
        var states = new Table();
        states.Fields = [One(new Table(Data, Data)), Many(new Table(Data, One(states)))];
        return new Table(Data, One(model), One(states), One(resolver));
    }

    private static Field One(Table table) => new(Kind.Table, table);

    private static Field Many(Table table) => new(Kind.Tables, table);

    /// <summary>A field of a table.</summary>
    /// <param name="kind">The content.</param>
    /// <param name="targets">The table that it refers to, or one table per number of the previous field.</param>
    public sealed class Field(Kind kind, params Table[] targets)
    {
        public Kind Kind => kind;

        public IReadOnlyList<Table> Targets => targets;
    }

    /// <summary>The fields of a table.</summary>
    /// <param name="fields">The fields, in declaration order.</param>
    public sealed class Table(params Field[] fields)
    {
        /// <summary>Gets or sets the fields. They are set later if tables refer to each other.</summary>
        public IReadOnlyList<Field> Fields { get; set; } = fields;
    }
}
