using System.Buffers.Binary;
using System.Text;
using ServerlessInference.Protobuf;

namespace ServerlessInference.Tokenizers;

/// <summary>The content of a SentencePiece <c>.model</c> file.</summary>
/// <remarks>Source of the field numbers: <c>sentencepiece_model.proto</c> of google/sentencepiece 0.2.0 (ModelProto, SentencePiece,
/// TrainerSpec, NormalizerSpec).</remarks>
internal sealed class SentencePieceFile
{
    internal const int Unigram = 1;
    internal const int Bpe = 2;

    private readonly List<SentencePiece> _pieces = [];

    /// <summary>Gets the pieces; the index of a piece is its id.</summary>
    internal IReadOnlyList<SentencePiece> Pieces => _pieces;

    /// <summary>Gets the kind of model: <see cref="Unigram"/>, <see cref="Bpe"/>, or another.</summary>
    internal int Kind { get; private set; } = Unigram;

    internal int UnknownId { get; private set; }

    internal string UnknownPiece { get; private set; } = "<unk>";

    /// <summary>Gets the compiled character map; empty if there is none.</summary>
    internal byte[] CharacterMap { get; private set; } = [];

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or has no pieces.</exception>
    internal static SentencePieceFile Read(ReadOnlySpan<byte> content, string fileName)
    {
        var file = new SentencePieceFile();
        var reader = new ProtobufReader(content);
        while (reader.TryRead(out ProtobufField field))
        {
            ReadOnlySpan<byte> value = content[field.ContentStart..field.End];
            switch (field.Number)
            {
                case 1 when field.IsMessage: file._pieces.Add(ReadPiece(value, fileName)); break;
                case 2 when field.IsMessage: file.ReadTrainer(value, fileName); break;
                case 3 when field.IsMessage: file.ReadNormalizer(value, fileName); break;
                default: break;
            }
        }

        return reader.IsDamaged || file._pieces.Count == 0 ? throw CreateException(fileName) : file;
    }

    private static SentencePiece ReadPiece(ReadOnlySpan<byte> message, string fileName)
    {
        const int Normal = 1;
        string text = string.Empty;
        float score = 0;
        int kind = Normal;
        var reader = new ProtobufReader(message);
        while (reader.TryRead(out ProtobufField field))
        {
            ReadOnlySpan<byte> value = message[field.ContentStart..field.End];
            switch (field.Number)
            {
                case 1: text = Encoding.UTF8.GetString(value); break;
                case 2 when value.Length == sizeof(float): score = BinaryPrimitives.ReadSingleLittleEndian(value); break;
                case 3: kind = ReadVarint(value); break;
                default: break;
            }
        }

        return reader.IsDamaged ? throw CreateException(fileName) : new SentencePiece(text, score, kind);
    }

    private void ReadTrainer(ReadOnlySpan<byte> message, string fileName)
    {
        var reader = new ProtobufReader(message);
        while (reader.TryRead(out ProtobufField field))
        {
            ReadOnlySpan<byte> value = message[field.ContentStart..field.End];
            switch (field.Number)
            {
                case 3: Kind = ReadVarint(value); break;
                case 40: UnknownId = ReadVarint(value); break;
                case 45: UnknownPiece = Encoding.UTF8.GetString(value); break;
                default: break;
            }
        }

        if (reader.IsDamaged)
        {
            throw CreateException(fileName);
        }
    }

    private void ReadNormalizer(ReadOnlySpan<byte> message, string fileName)
    {
        var reader = new ProtobufReader(message);
        while (reader.TryRead(out ProtobufField field))
        {
            if (field is { Number: 2, IsMessage: true })
            {
                CharacterMap = message[field.ContentStart..field.End].ToArray();
            }
        }

        if (reader.IsDamaged)
        {
            throw CreateException(fileName);
        }
    }

    private static int ReadVarint(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (i * 7);
        }

        return unchecked((int)value);
    }

    private static InvalidDataException CreateException(string fileName) => new(
        $"{fileName} cannot be read: it is not a SentencePiece model, or is truncated. Take the file from the model's repository.");
}
