using System.Buffers.Binary;

namespace ServerlessInference.Imaging.Tests.Formats.Bmp;

/// <summary>Makes small BMP files.</summary>
internal static class BmpFiles
{
    /// <summary>Makes a file.</summary>
    /// <param name="width">The width in pixels.</param>
    /// <param name="height">The height in pixels; negative if the top row comes first.</param>
    /// <param name="bits">The number of bits per pixel.</param>
    /// <param name="data">The pixels as stored.</param>
    /// <param name="palette">The palette: blue, green, red and, except in headers of 12 bytes, one more byte per colour.</param>
    /// <param name="compression">The compression.</param>
    /// <param name="headerLength">The length of the second header.</param>
    /// <param name="masks">The masks of bit fields.</param>
    public static byte[] Create(
        int width,
        int height,
        int bits,
        byte[] data,
        byte[]? palette = null,
        int compression = 0,
        int headerLength = 40,
        params uint[] masks)
    {
        palette ??= [];
        byte[] info = new byte[headerLength];
        BinaryPrimitives.WriteInt32LittleEndian(info, headerLength);
        if (headerLength == 12)
        {
            BinaryPrimitives.WriteInt16LittleEndian(info.AsSpan(4), (short)width);
            BinaryPrimitives.WriteInt16LittleEndian(info.AsSpan(6), (short)height);
            info[8] = 1;
            info[10] = (byte)bits;
        }
        else
        {
            BinaryPrimitives.WriteInt32LittleEndian(info.AsSpan(4), width);
            BinaryPrimitives.WriteInt32LittleEndian(info.AsSpan(8), height);
            info[12] = 1;
            info[14] = (byte)bits;
            info[16] = (byte)compression;
            BinaryPrimitives.WriteInt32LittleEndian(info.AsSpan(32), palette.Length / 4);
        }

        byte[] fields = new byte[masks.Length * 4];
        for (int i = 0; i < masks.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(fields.AsSpan(i * 4), masks[i]);
            if (headerLength > 40)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(info.AsSpan(40 + (i * 4)), masks[i]);
            }
        }

        byte[] file = [.. "BM"u8, .. new byte[12], .. info, .. headerLength == 40 ? fields : [], .. palette, .. data];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), file.Length - data.Length);
        return file;
    }
}
