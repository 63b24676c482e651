using System.Text;
using ServerlessInference.Tokenizers.Normalization;

namespace ServerlessInference.Tokenizers.Decoding;

/// <summary>ByteLevel: turns characters that stand for bytes back into bytes, and these into text. A token that has another character
/// stands for itself.</summary>
internal sealed class ByteLevelDecoder : TokenDecoder
{
    internal override List<string> Decode(List<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (string token in tokens)
        {
            int count = bytes.Count;
            foreach (char character in token)
            {
                int value = ByteAlphabet.ToByte(character);
                if (value < 0)
                {
                    bytes.RemoveRange(count, bytes.Count - count);
                    bytes.AddRange(Encoding.UTF8.GetBytes(token));
                    break;
                }

                bytes.Add((byte)value);
            }
        }

        return [Encoding.UTF8.GetString([.. bytes])];
    }
}
