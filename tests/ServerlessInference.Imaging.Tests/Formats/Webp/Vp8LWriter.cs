namespace ServerlessInference.Imaging.Tests.Formats.Webp;

/// <summary>Writes the bits of lossless pictures with random pixels. Their codes have 8 bits, so a level is its own code.</summary>
/// <remarks>
/// Transforms are letters: <c>p</c> for predictions with every mode, <c>c</c> for cross-colour factors, <c>g</c> for green subtracted,
/// and <c>1</c> to <c>4</c> for palettes of 2, 4, 16 and 200 colours.
/// </remarks>
internal sealed class Vp8LWriter(uint seed)
{
    private readonly List<byte> _bytes = [];
    private ulong _window;
    private int _count;
    private uint _seed = seed;

    public void Write(int value, int bits)
    {
        _window |= (ulong)(uint)value << _count;
        for (_count += bits; _count >= 8; _count -= 8, _window >>= 8)
        {
            _bytes.Add((byte)_window);
        }
    }

    public void WriteBody(int width, int height, string transforms, int cacheBits)
    {
        foreach (char transform in transforms)
        {
            Write(1, 1);
            switch (transform)
            {
                case 'p' or 'c':
                    Write(transform == 'p' ? 0 : 1, 2);
                    Write(0, 3);
                    WritePicture((width + 3) / 4, (height + 3) / 4, 0, isMain: false);
                    break;
                case 'g':
                    Write(2, 2);
                    break;
                default:
                    int colors = transform switch { '1' => 2, '2' => 4, '3' => 16, _ => 200 };
                    Write(3, 2);
                    Write(colors - 1, 8);
                    WritePicture(colors, 1, 0, isMain: false);
                    width = (width + (8 >> (transform - '1')) - 1) / (8 >> (transform - '1'));
                    break;
            }
        }

        Write(0, 1);
        WritePicture(width, height, cacheBits, isMain: true);
    }

    public byte[] ToArray()
    {
        Write(0, 7);
        return [.. _bytes];
    }

    private void WritePicture(int width, int height, int cacheBits, bool isMain)
    {
        Write(cacheBits > 0 ? 1 : 0, 1);
        if (cacheBits > 0)
        {
            Write(cacheBits, 4);
        }

        if (isMain)
        {
            Write(0, 1);
        }

        WriteGreenCode(cacheBits);
        for (int i = 0; i < 3; i++)
        {
            WriteUniformCode(256);
        }

        WriteSingleCode(1);
        for (int pixel = 0; pixel < width * height; pixel++)
        {
            int choice = Next();
            if (choice < 40 && pixel >= 4 && pixel + 3 <= width * height)
            {
                // A copy of three pixels. The only distance is that of the pixel to the left.
                WriteReversed(510, 9);
                pixel += 2;
                continue;
            }

            if (choice < 60 && cacheBits > 0)
            {
                WriteReversed(511, 9);
                continue;
            }

            WriteReversed(Next() % 254, 8);
            for (int i = 0; i < 3; i++)
            {
                WriteReversed(Next(), 8);
            }
        }
    }

    private int Next()
    {
        _seed = (_seed * 1664525) + 1013904223;
        return (int)(_seed >> 24);
    }

    // The highest bit of a code comes first.
    private void WriteReversed(int code, int bits)
    {
        for (int i = bits - 1; i >= 0; i--)
        {
            Write((code >> i) & 1, 1);
        }
    }

    // Levels 0 to 253 have codes of 8 bits. Four codes of 9 bits remain: for 254 and 255, for the length 3, and for the first colour of the
    // cache or the longest length.
    private void WriteGreenCode(int cacheBits)
    {
        BeginLengths();
        int symbols = 256 + 24 + (cacheBits > 0 ? 1 << cacheBits : 0);
        int last = cacheBits > 0 ? 280 : 279;
        for (int symbol = 0; symbol < symbols; symbol++)
        {
            int length = symbol < 254 ? 8 : symbol is 254 or 255 or 258 || symbol == last ? 9 : 0;
            WriteLength(length);
        }
    }

    private void WriteUniformCode(int symbols)
    {
        BeginLengths();
        for (int symbol = 0; symbol < symbols; symbol++)
        {
            WriteLength(8);
        }
    }

    // The lengths 0, 8 and 9 have the codes 0, 10 and 11.
    private void BeginLengths()
    {
        Write(0, 1);
        Write(9, 4);
        ReadOnlySpan<int> order = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9];
        foreach (int symbol in order)
        {
            Write(symbol == 0 ? 1 : symbol is 8 or 9 ? 2 : 0, 3);
        }

        Write(0, 1);
    }

    private void WriteLength(int length) => WriteReversed(length == 0 ? 0 : length == 8 ? 2 : 3, length == 0 ? 1 : 2);

    private void WriteSingleCode(int symbol)
    {
        Write(1, 1);
        Write(0, 1);
        Write(0, 1);
        Write(symbol, 1);
    }
}
