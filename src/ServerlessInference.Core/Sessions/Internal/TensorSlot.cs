using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Tensors;

namespace ServerlessInference.Sessions;

/// <summary>
/// One input or output of a batch: memory that is kept from request to request, and the ONNX Runtime value over that memory.
/// </summary>
internal sealed class TensorSlot : IDisposable
{
    /// <summary>The alignment of ONNX Runtime's own tensors: a cache line, or an AVX-512 register.</summary>
    private const int Alignment = 64;

    private byte[] _memory = [];
    private string[] _strings = [];
    private long[] _shape = [];
    private OrtValue? _value;
    private int _offset;
    private int _length;

    public bool IsFilled { get; private set; }

    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>Gets the size in bytes. For strings, gets their number.</summary>
    public long Size { get; private set; }

    /// <summary>Provides memory for a shape. Its content is undefined.</summary>
    public Span<T> Fill<T>(TensorElementType type, scoped ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        FillBytes(type, shape);
        return Elements<T>();
    }

    public Span<T> Elements<T>()
        where T : unmanaged => Borrowed is { } value
            ? MemoryMarshal.Cast<byte, T>(value.GetTensorMutableRawData())
            : MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref _memory[_offset]), _length);

    /// <summary>Gets the elements as bytes, in the byte order of the machine. Not for strings and borrowed values.</summary>
    public ReadOnlySpan<byte> Bytes => _memory.AsSpan(_offset, (int)Size);

    public Span<byte> FillBytes(TensorElementType type, scoped ReadOnlySpan<long> shape)
    {
        // The previous content is invalid even if the new shape is rejected below.
        IsFilled = false;
        Borrowed = null;
        int length = TensorShape.Count(shape);
        long size = (long)length * ElementTypes.GetSize(type);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Array.MaxLength - Alignment, nameof(shape));
        _length = length;
        Size = size;
        if (_memory.Length < size + Alignment)
        {
            Drop();
            _memory = GC.AllocateUninitializedArray<byte>((int)size + Alignment, pinned: true);
            nint address = Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0);
            _offset = (int)(-address & (Alignment - 1));
        }

        if (!shape.SequenceEqual(_shape))
        {
            Drop();
            _shape = shape.ToArray();
        }

        IsFilled = true;
        return _memory.AsSpan(_offset, (int)size);
    }

    public Span<string> FillStrings(scoped ReadOnlySpan<long> shape)
    {
        Drop();
        _length = TensorShape.Count(shape);
        Size = _length;
        _shape = shape.ToArray();
        if (_strings.Length < _length)
        {
            _strings = new string[_length];
        }

        IsFilled = true;
        return _strings.AsSpan(0, _length);
    }

    /// <summary>Uses the output of another model as it is. It still belongs to the batch that produced it.</summary>
    public void Borrow(OrtValue value)
    {
        Drop();
        _shape = [];
        Size = 0;
        Borrowed = value;
        IsFilled = true;
    }

    private OrtValue? Borrowed { get; set; }

    public OrtValue GetValue(TensorElementType type)
    {
        if (Borrowed is not null)
        {
            return Borrowed;
        }

        if (type != TensorElementType.String)
        {
            // Created only when it is needed, so that a preprocessor can fill tensors before ONNX Runtime has been loaded.
            return _value ??= OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, type, _shape, Marshal.UnsafeAddrOfPinnedArrayElement(_memory, _offset), Size);
        }

        // ONNX Runtime copies strings into native memory, so the value is created when all of them are known.
        Drop();
        _value = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, _shape);
        for (int i = 0; i < _length; i++)
        {
            _value.StringTensorSetElementAt((_strings[i] ?? string.Empty).AsSpan(), i);
        }

        return _value;
    }

    /// <summary>Empties the slot. It keeps numeric memory for the next request, but no reference to strings of the last one.</summary>
    public void Clear()
    {
        IsFilled = false;
        if (Borrowed is not null || _strings.Length > 0)
        {
            Borrowed = null;
            Array.Clear(_strings);
            Drop();
        }
    }

    public void Dispose() => Drop();

    private void Drop()
    {
        _value?.Dispose();
        _value = null;
    }
}
