using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ServerlessInference.Imaging.Tests.Formats.Png;

/// <summary>Writes PNG files of every kind, including invalid ones, from samples of full depth.</summary>
internal sealed class PngBuilder(int width, int height, int bitDepth, int colorType)
{
    private static readonly (int X, int Y, int StepX, int StepY)[] Passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    private readonly List<(string Type, byte[] Data)> _before = [];
    private readonly List<(string Type, byte[] Data)> _after = [];

    public int Channels => colorType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    public bool Interlaced { get; init; }

    /// <summary>The filters of the rows. If there are more rows, the filters are repeated.</summary>
    public byte[] Filters { get; init; } = [0, 1, 2, 3, 4];

    public int DataChunks { get; init; } = 1;

    public Func<int, int, int, int> Sample { get; init; } = (x, y, c) => (x * 7) + (y * 13) + (c * 29);

    public int MaxSample => (1 << bitDepth) - 1;

    /// <summary>The sample as it is stored.</summary>
    public int At(int x, int y, int channel) => Sample(x, y, channel) & MaxSample;

    public PngBuilder Add(string type, params byte[] data)
    {
        _before.Add((type, data));
        return this;
    }

    public PngBuilder AddAfterData(string type, params byte[] data)
    {
        _after.Add((type, data));
        return this;
    }

    public byte[] Build()
    {
        byte[] data = Compress(Raw());
        var file = new MemoryStream();
        file.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = (byte)bitDepth;
        header[9] = (byte)colorType;
        header[12] = (byte)(Interlaced ? 1 : 0);
        WriteChunk(file, "IHDR", header);
        _before.ForEach(chunk => WriteChunk(file, chunk.Type, chunk.Data));
        for (int i = 0; i < DataChunks; i++)
        {
            WriteChunk(file, "IDAT", data[(data.Length * i / DataChunks)..(data.Length * (i + 1) / DataChunks)]);
        }

        _after.ForEach(chunk => WriteChunk(file, chunk.Type, chunk.Data));
        WriteChunk(file, "IEND", []);
        return file.ToArray();
    }

    public static byte[] Compress(byte[] raw)
    {
        var compressed = new MemoryStream();
        using (var deflater = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflater.Write(raw);
        }

        return compressed.ToArray();
    }

    public static void WriteChunk(Stream file, string type, byte[] data)
    {
        byte[] typed = [.. Encoding.ASCII.GetBytes(type), .. data];
        byte[] number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(typed);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(typed));
        file.Write(number);
    }

    // Computed bit by bit, so that it shares no code with the implementation under test.
    public static uint Crc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
            }
        }

        return ~crc;
    }

    private byte[] Raw()
    {
        var raw = new MemoryStream();
        foreach ((int x, int y, int stepX, int stepY) in Interlaced ? Passes : [(0, 0, 1, 1)])
        {
            int[] columns = [.. Enumerable.Range(0, width).Where(column => column >= x && (column - x) % stepX == 0)];
            byte[] above = new byte[Pack(columns, 0).Length];
            int row = 0;
            for (int line = y; line < height && columns.Length > 0; line += stepY, row++)
            {
                byte[] packed = Pack(columns, line);
                byte filter = Filters[row % Filters.Length];
                raw.WriteByte(filter);
                raw.Write(Filter(filter, packed, above));
                above = packed;
            }
        }

        return raw.ToArray();
    }

    private byte[] Pack(int[] columns, int y)
    {
        var bits = new List<bool>();
        foreach (int x in columns)
        {
            for (int channel = 0; channel < Channels; channel++)
            {
                int sample = At(x, y, channel);
                for (int bit = bitDepth - 1; bit >= 0; bit--)
                {
                    bits.Add(((sample >> bit) & 1) != 0);
                }
            }
        }

        byte[] packed = new byte[(bits.Count + 7) / 8];
        for (int i = 0; i < bits.Count; i++)
        {
            packed[i / 8] |= (byte)(bits[i] ? 0x80 >> (i % 8) : 0);
        }

        return packed;
    }

    private byte[] Filter(int filter, byte[] row, byte[] above)
    {
        int distance = Math.Max(1, Channels * bitDepth / 8);
        byte[] filtered = new byte[row.Length];
        for (int i = 0; i < row.Length; i++)
        {
            int a = i < distance ? 0 : row[i - distance];
            int b = above[i];
            int c = i < distance ? 0 : above[i - distance];
            int estimate = a + b - c;
            int nearest = new[] { a, b, c }.MinBy(value => Math.Abs(estimate - value));
            filtered[i] = (byte)(row[i] - (filter switch { 1 => a, 2 => b, 3 => (a + b) / 2, 4 => nearest, _ => 0 }));
        }

        return filtered;
    }
}
