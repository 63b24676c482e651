using System.Text;
using System.Text.Unicode;
using ServerlessInference.Tokenizers.Models;

namespace ServerlessInference.Tokenizers.Decoding;

/// <summary>ByteFallback: turns tokens of bytes into characters. Bytes that are not UTF-8 become one U+FFFD each.</summary>
internal sealed class ByteFallbackDecoder : TokenDecoder
{
    internal override List<string> Decode(List<string> tokens)
    {
        var result = new List<string>();
        var bytes = new List<byte>();
        foreach (string token in tokens)
        {
            int value = ByteToken.Parse(token);
            if (value >= 0)
            {
                bytes.Add((byte)value);
                continue;
            }

            Flush(bytes, result);
            result.Add(token);
        }

        Flush(bytes, result);
        return result;
    }

    private static void Flush(List<byte> bytes, List<string> result)
    {
        if (bytes.Count == 0)
        {
            return;
        }

        byte[] all = [.. bytes];
        if (Utf8.IsValid(all))
        {
            result.Add(Encoding.UTF8.GetString(all));
        }
        else
        {
            result.AddRange(Enumerable.Repeat("\uFFFD", all.Length));
        }

        bytes.Clear();
    }
}
