using System.Buffers.Binary;

namespace ServerlessInference.Sessions.Prepared;

/// <summary>Moves the weights of an <c>.ort</c> file to addresses that vector instructions read without crossing a cache line.</summary>
/// <remarks>
/// <para>ONNX Runtime aligns them to four bytes, which costs some percent of every run where they are used in place: with 64-byte
/// registers each load touches two lines. Nothing is changed but where things lie: padding is inserted, and references across it are
/// made longer. A file begins at a page's start where it is mapped, so what is aligned in it is aligned in memory.</para>
/// <para>Not thread-safe; one for each file.</para>
/// </remarks>
internal sealed class WeightAlignment
{
    /// <summary>A cache line, and the widest vector register.</summary>
    private const int Alignment = 64;

    private const int LengthPrefix = sizeof(uint);

    private readonly byte[] _file;
    private readonly HashSet<int> _visited = [];
    private readonly SortedDictionary<int, int> _weights = []; // where a vector starts, with its length, and where it ends
    private readonly List<(int At, int Target, bool ToTable)> _references = [];
    private readonly List<(int Position, int Padding)> _insertions = [];

    private WeightAlignment(byte[] file) => _file = file;

    /// <summary>Aligns a file's weights in place.</summary>
    /// <param name="path">A file that ONNX Runtime has written.</param>
    /// <returns>Whether they are aligned now; a file of another version of the format stays as it is.</returns>
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
        return FieldAt(root, 0) is var version and > 0 && Bytes(Target(version)).SequenceEqual(OrtSchema.Version) && TryVisit(root, OrtSchema.Session);
    }

    /// <summary>Notes every reference in a table and in what it refers to.</summary>
    /// <returns>Whether all of it is known.</returns>
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

    /// <summary>Notes the reference at a position, and follows it.</summary>
    private int Refer(int at)
    {
        int target = Target(at);
        _references.Add((at, target, false));
        return target;
    }

    private int Target(int at) => checked(at + (int)BinaryPrimitives.ReadUInt32LittleEndian(_file.AsSpan(at)));

    private int Length(int vector) => checked((int)BinaryPrimitives.ReadUInt32LittleEndian(_file.AsSpan(vector)));

    private ReadOnlySpan<byte> Bytes(int vector) => _file.AsSpan(vector + LengthPrefix, Length(vector));

    // A table begins with the way back to the list of its fields: the list's own size, the table's, and where in the table each field is.
    private int FieldsOf(int table) => table - BinaryPrimitives.ReadInt32LittleEndian(_file.AsSpan(table));

    private int FieldCount(int fields) => (BinaryPrimitives.ReadUInt16LittleEndian(_file.AsSpan(fields)) / sizeof(ushort)) - 2;

    private int FieldAt(int table, int index)
    {
        int fields = FieldsOf(table);
        int offset = index < FieldCount(fields) ? BinaryPrimitives.ReadUInt16LittleEndian(_file.AsSpan(fields + ((index + 2) * sizeof(ushort)))) : 0;
        return offset == 0 ? 0 : table + offset;
    }

    /// <summary>Decides where padding goes: before the weights, and behind them so that everything else keeps its own alignment.</summary>
    private void Plan()
    {
        foreach ((int start, int end) in _weights)
        {
            if (end - start - LengthPrefix < Alignment)
            {
                continue;
            }

            // What was inserted so far is a multiple of the alignment.
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
            // What begins where padding is inserted comes behind it; of two insertions at one position, behind both.
            int index = positions.AsSpan().BinarySearch(position);
            while (index >= 0 && index + 1 < positions.Length && positions[index + 1] == position)
            {
                index++;
            }

            return position + moved[index >= 0 ? index + 1 : ~index];
        }
    }
}
