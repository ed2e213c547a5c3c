using System.Text.Json;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Gateway.Http;

internal enum FieldState : byte
{
    Missing = 0,
    Present = 1,
    WrongType = 2,
    OutOfRange = 3,
}

/// <summary>A field that holds a number. 2.0 is an integer where one is asked for, a boolean is no number.</summary>
internal struct NumberField
{
    /// <summary>Integers up to this one are exact as a <see cref="double"/>.</summary>
    public const long MaxExactInteger = 1L << 53;

    // The first that does not fit.
    private const double EndOfLong = 9223372036854775808.0;

    private double _value;
    private long _integer;
    private bool _isIntegral;
    private bool _isIntegerToken;

    public FieldState State { get; private set; }

    public void Read(ref Utf8JsonReader reader)
    {
        this = default;
        if (reader.TokenType is JsonTokenType.Null) return;
        if (reader.TokenType is not JsonTokenType.Number)
        {
            JsonBody.Skip(ref reader);
            State = FieldState.WrongType;
            return;
        }

        State = FieldState.Present;
        _isIntegerToken = reader.ValueSpan.IndexOfAny(".eE"u8) < 0;
        if (_isIntegerToken && reader.TryGetInt64(out _integer))
        {
            _isIntegral = true;
            _value = _integer;
            return;
        }

        if (!reader.TryGetDouble(out _value) || !double.IsFinite(_value)) State = FieldState.OutOfRange;
        _isIntegral = _value == Math.Floor(_value) && _value >= -EndOfLong && _value < EndOfLong && !_isIntegerToken;
        if (_isIntegral) _integer = (long)_value;
    }

    /// <summary>As an integer; null where it is missing.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public readonly string? TryInteger(string name, out long? value)
    {
        value = State is FieldState.Present && _isIntegral ? _integer : null;
        return State is FieldState.Missing || value is not null ? null
            : State is FieldState.OutOfRange || _isIntegerToken || Math.Abs(_value) >= EndOfLong
                ? $"{name} must be an integer of at most 64 bits"
                : $"{name} must be an integer";
    }

    /// <summary>As a number that keeps its form; null where it is missing.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public readonly string? TryNumber(string name, out Number? value)
    {
        value = null;
        switch (State)
        {
            case FieldState.Missing: return null;
            case FieldState.WrongType: return $"{name} must be a number";
            case FieldState.OutOfRange: return $"{name} must be a number that fits 64 bits";
        }

        if (!_isIntegerToken)
        {
            value = Number.Of(_value);
            return null;
        }

        if (!_isIntegral || _integer is > MaxExactInteger or < -MaxExactInteger)
        {
            return $"{name} must be an integer within ±{MaxExactInteger}, or have a fraction";
        }

        value = Number.Of(_integer);
        return null;
    }
}
