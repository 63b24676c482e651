namespace ServerlessInference.Imaging;

/// <summary>Finds the orientation in an XMP packet.</summary>
/// <remarks>
/// Like Pillow, this looks for the property <c>tiff:Orientation</c> as an attribute or an element with one digit, and does not parse the
/// XML. Thread-safe.
/// </remarks>
internal static class XmpOrientation
{
    /// <summary>Finds the orientation.</summary>
    /// <param name="xmp">The packet, in UTF-8.</param>
    /// <returns>1 to 8; 1 if the packet has none.</returns>
    public static int Find(ReadOnlySpan<byte> xmp)
    {
        ReadOnlySpan<byte> property = "tiff:Orientation"u8;
        for (int at = xmp.IndexOf(property); at >= 0; at = xmp.IndexOf(property))
        {
            xmp = xmp[(at + property.Length)..];
            int digit = xmp.StartsWith("=\""u8) ? 2 : xmp.StartsWith(">"u8) ? 1 : xmp.Length;
            if (digit < xmp.Length && char.IsAsciiDigit((char)xmp[digit]))
            {
                int orientation = xmp[digit] - '0';
                return orientation is >= 1 and <= 8 ? orientation : ExifOrientation.Normal;
            }
        }

        return ExifOrientation.Normal;
    }
}
