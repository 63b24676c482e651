using System.Buffers.Binary;

namespace ServerlessInference.Sessions.Prepared;

/// <summary>
/// Moves the weights of an <c>.ort</c> file to addresses that vector instructions can read without crossing a cache line.
/// </summary>
/// <remarks>
/// <para>ONNX Runtime aligns weights to four bytes. If they are used in place, this costs a few percent of every run: with 64-byte
/// registers each load touches two cache lines. Only positions are changed: padding is inserted, and references across it become longer. A
/// mapped file begins at the start of a page, so what is aligned in the file is aligned in memory.</para>
/// <para>Not thread-safe; use one instance per file.</para>
/// </remarks>
internal sealed class WeightAlignment
{
    /// <summary>The size of a cache line, and of the widest vector register.</summary>
    private const int Alignment = 64;

    private const int LengthPrefix = sizeof(uint);

    private readonly byte[] _file;
    private readonly HashSet<int> _visited = [];

    // From the position at which a vector starts (with its length prefix) to the position at which it ends.
    private readonly SortedDictionary<int, int> _weights = [];
    private readonly List<(int At, int Target, bool ToTable)> _references = [];
    private readonly List<(int Position, int Padding)> _insertions = [];

    private WeightAlignment(byte[] file) => _file = file;

    /// <summary>Aligns a file's weights in place.</summary>
    /// <param name="path">A file that ONNX Runtime has written.</param>
    /// <returns>Whether they are aligned now. A file of another version of the format is not changed.</returns>
    public static bool TryAlign(string path)
    {
        var alignment = new WeightAlignment(File.ReadAllBytes(path));
        if (!alignment.TryRead())
        {
            return false;
        }

        alignment.Plan();
        alignment.Write(path);
        return true;
    }

    private bool TryRead()
    {
        if (_file.Length < 8 || !_file.AsSpan(4, 4).SequenceEqual(OrtSchema.Identifier))
        {
            return false;
        }

        int root = Refer(0);
        return FieldAt(root, 0) is var version and > 0
            && Bytes(Target(version)).SequenceEqual(OrtSchema.Version)
            && TryVisit(root, OrtSchema.Session);
    }

    /// <summary>Records every reference in a table and in everything that it refers to.</summary>
    /// <returns>Whether the schema describes all of it.</returns>
    private bool TryVisit(int table, OrtSchema.Table schema)
    {
        if (!_visited.Add(table))
        {
            return true;
        }

        int fields = FieldsOf(table);
        _references.Add((table, fields, true));
        for (int i = FieldCount(fields) - 1; i >= 0; i--)
        {
            if (FieldAt(table, i) is var at and > 0 && (i >= schema.Fields.Count || !TryFollow(at, table, i, schema.Fields[i])))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryFollow(int at, int table, int index, OrtSchema.Field field)
    {
        switch (field.Kind)
        {
            case OrtSchema.Kind.Scalar:
                return true;
            case OrtSchema.Kind.Data:
                Refer(at);
                return true;
            case OrtSchema.Kind.Weights:
                int weights = Refer(at);
                _weights[weights] = weights + LengthPrefix + Length(weights);
                return true;
            case OrtSchema.Kind.Table:
                return TryVisit(Refer(at), field.Targets[0]);
            case OrtSchema.Kind.Type:
                int type = FieldAt(table, index - 1) is var number and > 0 ? _file[number] : 0;
                return type > 0 && type <= field.Targets.Count && TryVisit(Refer(at), field.Targets[type - 1]);
            default:
                int vector = Refer(at);
                for (int i = 0; i < Length(vector); i++)
                {
                    int target = Refer(vector + LengthPrefix + (i * sizeof(uint)));
                    if (field.Kind == OrtSchema.Kind.Tables && !TryVisit(target, field.Targets[0]))
                    {
                        return false;
                    }
                }

                return true;
        }
    }

    /// <summary>Records the reference at a position.</summary>
    /// <returns>The position that it refers to.</returns>
    private int Refer(int at)
    {
        int target = Target(at);
        _references.Add((at, target, false));
        return target;
    }

    private int Target(int at) => checked(at + (int)BinaryPrimitives.ReadUInt32LittleEndian(_file.AsSpan(at)));

    private int Length(int vector) => checked((int)BinaryPrimitives.ReadUInt32LittleEndian(_file.AsSpan(vector)));

    private ReadOnlySpan<byte> Bytes(int vector) => _file.AsSpan(vector + LengthPrefix, Length(vector));

    // A table begins with the distance back to its list of fields, which contains the size of the list, the size of the table, and the
    // position of each field within the table.
    private int FieldsOf(int table) => table - BinaryPrimitives.ReadInt32LittleEndian(_file.AsSpan(table));

    private int FieldCount(int fields) => (BinaryPrimitives.ReadUInt16LittleEndian(_file.AsSpan(fields)) / sizeof(ushort)) - 2;

    private int FieldAt(int table, int index)
    {
        int fields = FieldsOf(table);
        int offset = index < FieldCount(fields)
            ? BinaryPrimitives.ReadUInt16LittleEndian(_file.AsSpan(fields + ((index + 2) * sizeof(ushort))))
            : 0;
        return offset == 0 ? 0 : table + offset;
    }

    /// <summary>
    /// Decides where padding is inserted: before the weights, and after them so that everything else keeps its own alignment.
    /// </summary>
    private void Plan()
    {
        foreach ((int start, int end) in _weights)
        {
            if (end - start - LengthPrefix < Alignment)
            {
                continue;
            }

            // The padding that has been inserted so far is a multiple of the alignment, so it does not matter here.
            int padding = -(start + LengthPrefix) & (Alignment - 1);
            if (padding > 0)
            {
                _insertions.Add((start, padding));
                _insertions.Add((end, Alignment - padding));
            }
        }
    }

    private void Write(string path)
    {
        int[] positions = [.. _insertions.Select(insertion => insertion.Position)];
        int[] moved = new int[positions.Length + 1];
        for (int i = 0; i < positions.Length; i++)
        {
            moved[i + 1] = checked(moved[i] + _insertions[i].Padding);
        }

        foreach ((int at, int target, bool toTable) in _references)
        {
            int from = Moved(at), to = Moved(target);
            BinaryPrimitives.WriteInt32LittleEndian(_file.AsSpan(at), checked(toTable ? from - to : to - from));
        }

        using FileStream file = File.Create(path);
        Span<byte> zeros = stackalloc byte[Alignment];
        zeros.Clear();
        int written = 0;
        foreach ((int position, int padding) in _insertions)
        {
            file.Write(_file.AsSpan(written, position - written));
            file.Write(zeros[..padding]);
            written = position;
        }

        file.Write(_file.AsSpan(written));

        int Moved(int position)
        {
            // What begins at the position of padding moves behind the padding; with two insertions at the same position, behind both.
            int index = positions.AsSpan().BinarySearch(position);
            while (index >= 0 && index + 1 < positions.Length && positions[index + 1] == position)
            {
                index++;
            }

            return position + moved[index >= 0 ? index + 1 : ~index];
        }
    }
}
